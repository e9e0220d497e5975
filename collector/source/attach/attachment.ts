/**
 * Keeps attached to one container, across its runs, and puts what it prints into a queue. When a run has ended it attaches again at once,
 * so as to be there before the next one begins; whatever else goes wrong is left to the reader, who asks again. Whenever it comes too
 * late, or was away while the container ran, one gap tells so, for nobody knows what was printed meanwhile.
 */
import type { ContainerDetails, Engine, Output, OutputEngine } from '../../engine/engine.ts';
import { msOf } from '#contract/stamp.ts';
import { hasMissed, type Absence } from './missed-output.ts';
import type { OutputQueue } from './output-queue.ts';

export type AttachmentOptions = {
  engine: OutputEngine & Pick<Engine, 'inspect'>;
  container: Pick<ContainerDetails, 'id' | 'startedAt' | 'createdAt'>;
  outputs: readonly Output[];
  queue: OutputQueue;
  absence: Absence;
  /** The last line that was taken of it before; null: none was. */
  lastStamp: string | null;
};

export class Attachment {
  private readonly options: AttachmentOptions;
  private readonly closing = new AbortController();
  private readonly attached = new Set<Output>();
  private opening: Promise<void> | null = null;
  private absence: Absence | null;
  /** What comes is later than this. */
  private attachedAt = '';

  constructor(options: AttachmentOptions) {
    this.options = options;
    this.absence = options.absence;
  }

  /** Resolves when it is attached to all outputs. Rejects with `EngineError`, as `readOutput` does. */
  attach(): Promise<void> {
    this.opening ??= this.attachMissing().finally(() => (this.opening = null));
    return this.opening;
  }

  close(): void {
    this.closing.abort();
    this.options.queue.close();
  }

  private async attachMissing(): Promise<void> {
    const missing = this.options.outputs.filter(output => !this.attached.has(output));
    if (missing.length === 0 && this.absence === null) return;
    await Promise.all(missing.map(output => this.attachTo(output)));
    await this.tellMissed(this.attachedAt);
  }

  /** Resolves when it is attached; what comes of that afterwards is seen to here. */
  private attachTo(output: Output): Promise<void> {
    const { engine, container, queue } = this.options;
    const stream = output === 'stderr' ? 2 : 1;
    return new Promise((resolve, reject) => {
      const onOpen = () => {
        this.attached.add(output);
        this.attachedAt = queue.stamp();
        resolve();
      };
      const onBytes = (bytes: Buffer) => queue.add(stream, bytes);
      engine
        .readOutput(container.id, { output, signal: this.closing.signal, onOpen, onBytes })
        .then(
          isEnded => this.noteEnd(output, isEnded),
          (cause: unknown) => {
            if (this.attached.has(output)) this.noteEnd(output, false);
            reject(cause instanceof Error ? cause : new Error(String(cause)));
          },
        )
        // Aborted before it was attached.
        .finally(resolve);
    });
  }

  private noteEnd(output: Output, isEnded: boolean): void {
    const { queue } = this.options;
    this.attached.delete(output);
    if (this.closing.signal.aborted) return;
    queue.endLine(output === 'stderr' ? 2 : 1);
    if (this.absence?.kind !== 'cut')
      this.absence = { kind: isEnded ? 'ended' : 'cut', since: queue.stamp() };
    if (isEnded && this.attached.size > 0) return;
    queue.end();
    if (this.absence.kind === 'ended') this.attach().catch(() => undefined);
  }

  private async tellMissed(attachedAt: string): Promise<void> {
    const { absence } = this;
    if (absence === null || this.attached.size < this.options.outputs.length) return;
    const { engine, container, queue, lastStamp } = this.options;
    const runs = await engine.inspect(container.id).catch(() => null);
    if (this.closing.signal.aborted || this.absence !== absence) return;
    this.absence = null;
    // Without an answer only the end of a run is certain to have come before the next one.
    if (runs === null ? absence.kind === 'ended' : !hasMissed(absence, runs, msOf(attachedAt))) return;
    const from =
      absence.kind === 'new' ? (lastStamp ?? runs?.startedAt ?? container.createdAt) : absence.since;
    const until = runs?.running === false ? (runs.finishedAt ?? from) : attachedAt;
    queue.tellGap({ from, to: until > from ? until : from }, 'not-attached');
  }
}
