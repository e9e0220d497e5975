/**
 * What a container prints, taken as it comes, where the engine keeps no log that could be read. There is nothing to read again: what was
 * not taken is lost, and told as a gap. The container never waits for us (output-queue.ts).
 */
import type { Counters } from '../../counters.ts';
import type { ContainerDetails, Engine, Output, OutputEngine } from '../../engine/engine.ts';
import { createFramedJoiner } from '../../engine/lines.ts';
import type { LogSource, SourceRead } from '../log-source.ts';
import { Attachment } from './attachment.ts';
import type { Absence } from './missed-output.ts';
import { OutputQueue, type OutputSpace } from './output-queue.ts';
import { Stamper } from './stamper.ts';

/** A container says that it has stopped when all it printed is on its way; later than this nothing of it comes. */
const LINGER_MS = 1_000;

export type AttachSourceOptions = {
  engine: OutputEngine & Pick<Engine, 'inspect'>;
  container: ContainerDetails;
  outputs: readonly Output[];
  reason: string;
  maxLineBytes: number;
  /** The last line taken of it before this collector was started; null: none. */
  lastStamp: string | null;
  absence: Absence;
  space: OutputSpace;
  counters: Pick<Counters, 'linesRead' | 'linesDropped'>;
};

/** Attached from its first read on until it is closed. */
export function createAttachSource(options: AttachSourceOptions): LogSource {
  const { container, reason } = options;
  const stamper = new Stamper(Date.now, options.lastStamp);
  const queue = new OutputQueue({ ...options, stamper });
  const attachment = new Attachment({ ...options, queue });
  return {
    kind: 'attach',
    reason,
    keepsPlace: true,
    joiner: ({ maxLineBytes }) => createFramedJoiner({ tty: container.tty, maxLineBytes }),
    read: read => drain(queue, attachment, read),
    close: () => attachment.close(),
  };
}

/** A follow ends where a run of the container ends. */
async function drain(queue: OutputQueue, attachment: Attachment, read: SourceRead): Promise<void> {
  const { follow, signal, stopped, onBytes, onGap } = read;
  const over = AbortSignal.any([signal, later(stopped)]);
  let isAttached = false;
  while (!signal.aborted) {
    const queued = queue.take();
    if (queued?.kind === 'ended') return;
    else if (queued?.kind === 'gap') onGap(queued.gap, queued.reason);
    else if (queued?.kind === 'frames') await unlessAborted(onBytes(queued.bytes), signal);
    else if (!isAttached) {
      await unlessAborted(attachment.attach(), signal);
      isAttached = true;
    } else if (!follow || over.aborted) return;
    else await queue.more(over);
  }
}

function later(signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  const begin = () => void setTimeout(() => late.abort(), LINGER_MS);
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return late.signal;
}

function unlessAborted(work: Promise<void> | undefined, signal: AbortSignal): Promise<void> | undefined {
  if (work === undefined || signal.aborted) return undefined;
  return new Promise((resolve, reject) => {
    const abort = () => resolve();
    signal.addEventListener('abort', abort);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
