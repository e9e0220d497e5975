/** Says of an error which file it is about, so that the question can be put again without it. */
import type { Segment } from '../segment/segment.ts';
import { isDamage, UnknownFormatError } from '../segment/store-error.ts';
import type { FileSegment } from '../segment/segment-ref.ts';

/** A file cannot be read: damaged, or of a newer Quaylog. */
export class UnreadableFileError extends Error {
  /** Its name in the folder. */
  readonly file: string;
  readonly isDamaged: boolean;

  constructor(file: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.file = file;
    this.isDamaged = isDamage(cause);
  }
}

/** Does some work with a file. Throws `UnreadableFileError` when it makes no sense. */
export function readingFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isDamage(error) || error instanceof UnknownFormatError) throw new UnreadableFileError(file, error);
    throw error;
  }
}

export const openSegment = <T>(ref: FileSegment, work: (segment: Segment) => T): T =>
  readingFile(ref.file, () => work(ref.open()));
