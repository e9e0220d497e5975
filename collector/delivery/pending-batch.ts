/** A batch that is being filled, and what becomes of it when it is closed: bytes that are spooled and sent as they are. */
import type { IngestBatch } from '#contract/batch.ts';
import { createProgress, type Progress } from '../cursor/cursor.ts';
import type { Line } from '../engine/line.ts';
import type { Span } from './batch-note.ts';

export type BatchContent = Pick<
  IngestBatch,
  'containers' | 'lines' | 'events' | 'samples' | 'snapshots' | 'inventory'
>;
export type PendingBatch = {
  content: Omit<BatchContent, 'lines'>;
  lines: EncodedLines;
  progress: Progress;
  spans: Map<string, Span>;
  /** When its first item came, ms since the epoch. */
  readAt: number;
};

export const createPendingBatch = (readAt: number): PendingBatch => ({
  content: { containers: [], events: [], samples: [], snapshots: [] },
  lines: new EncodedLines(),
  progress: createProgress(),
  spans: new Map(),
  readAt,
});

export const emptyContent = (): BatchContent => ({
  containers: [],
  lines: [],
  events: [],
  samples: [],
  snapshots: [],
});

/**
 * Lines as `WireLine`s in JSON, encoded as they come: an array of each, made into JSON when the batch is closed, takes twice the time
 * (0.7 against 1.4 µs a line of 200 bytes).
 */
export class EncodedLines {
  count = 0;
  private readonly parts: Buffer[] = [];

  /** Answers the length of their JSON. */
  add(container: number, lines: readonly Line[]): number {
    let json = '';
    for (const { stream, stamp, ordinal, text, flags, bytes } of lines)
      json += `,[${container},${stream},"${stamp}",${ordinal},${JSON.stringify(text)},${flags},${bytes}]`;
    this.parts.push(Buffer.from(this.count === 0 ? json.slice(1) : json));
    this.count += lines.length;
    return json.length;
  }

  /** The array's JSON between two other texts. */
  between(before: string, after: string): Buffer {
    return Buffer.concat([Buffer.from(`${before}[`), ...this.parts, Buffer.from(`]${after}`)]);
  }
}

/** JSON of a batch that is closed, as `encodeContent` gives it. */
export function encodeBatch({ content, lines }: PendingBatch): Buffer {
  const { containers, ...rest } = content;
  const others = JSON.stringify(rest).slice(1);
  return lines.between(`{"containers":${JSON.stringify(containers)},"lines":`, `,${others}`);
}

/** JSON of the content: the batch as it is sent is its envelope and this. */
export const encodeContent = (content: BatchContent): Buffer => Buffer.from(JSON.stringify(content));

export const decodeContent = (body: Buffer): BatchContent => JSON.parse(body.toString()) as BatchContent;

const KINDS = ['lines', 'events', 'samples', 'snapshots'] as const;

export const itemCount = (content: BatchContent): number =>
  KINDS.reduce((count, kind) => count + content[kind].length, 0) + (content.inventory === undefined ? 0 : 1);

/** The two halves of a batch that was refused; null when it holds a single item. Containers are repeated in both. */
export function splitContent(content: BatchContent): [BatchContent, BatchContent] | null {
  const count = itemCount(content);
  if (count < 2) return null;
  const first = { ...emptyContent(), containers: content.containers };
  const second = { ...emptyContent(), containers: content.containers };
  let room = Math.floor(count / 2);
  for (const kind of KINDS) {
    const items: unknown[] = content[kind];
    (first[kind] as unknown[]) = items.slice(0, room);
    (second[kind] as unknown[]) = items.slice(room);
    room = Math.max(0, room - items.length);
  }
  if (content.inventory !== undefined) second.inventory = content.inventory;
  return [first, second];
}
