/** Calls to a worker thread and their answers: both ends of one small protocol. */
import { setFlagsFromString } from 'node:v8';
import { parentPort, Worker } from 'node:worker_threads';
import { QuaylogError, type ErrorCode } from '#contract/quaylog-error.ts';

/** Every method takes one argument and gives one answer; both must survive a structured clone. */
export type Methods = Record<string, { argument: unknown; answer: unknown }>;
/** What a thread has to say without being asked. */
export type Notice = { level: 'info' | 'warn' | 'error'; message: string; fields: Record<string, unknown> };

type Call = { id: number; method: string; argument: unknown } | { cancel: number };
type Failure = { code: ErrorCode; message: string; hint: string | undefined };
type Reply<Own> = { id: number; answer?: unknown; failure?: Failure } | { notice: Notice } | { own: Own };

/** `transfer`: memory of the argument that changes hands instead of being copied. */
export type CallOptions = { signal?: AbortSignal | undefined; transfer?: ArrayBuffer[] };

export interface Thread<M extends Methods> {
  /**
   * Rejects with `QuaylogError`; or with the signal's reason as soon as it is aborted, and then the thread abandons the
   * work at its next step. A thread that died fails its calls with `store_failed` and the next call starts a new one.
   */
  call<K extends keyof M & string>(
    method: K,
    argument: M[K]['argument'],
    options?: CallOptions,
  ): Promise<M[K]['answer']>;
  /** Ends the thread, if there is one; the next call starts another. */
  close(): Promise<void>;
}

type ThreadOptions<Own> = {
  url: URL;
  workerData: unknown;
  onNotice: (notice: Notice) => void;
  /** Messages of the thread's own kind. */
  onOwn?: (own: Own) => void;
};
type Pending = { resolve: (answer: unknown) => void; reject: (error: Error) => void };

/**
 * Young garbage is collected more often rather than growing to the 128 MB that V8 allows it, and with it the buffers that only
 * garbage holds: 75 MB less for the writing thread alone, for half a microsecond a record.
 */
const LIMITS = { maxYoungGenerationSizeMb: 8 };

/** What the process was started with is for its event loop: left as it is, it would overrule the limits of every thread. */
function createWorker(url: URL, workerData: unknown): Worker {
  setFlagsFromString('--max-semi-space-size=0');
  return new Worker(url, { workerData, resourceLimits: LIMITS });
}

export function createThread<M extends Methods, Own = never>(options: ThreadOptions<Own>): Thread<M> {
  const pending = new Map<number, Pending>();
  let worker: Worker | undefined;
  let lastId = 0;

  function start(): Worker {
    const started = createWorker(options.url, options.workerData);
    started.on('message', (reply: Reply<Own>) => receive(reply));
    started.on('error', (error: Error) => fail(started, error));
    started.on('exit', code => fail(started, new Error(`thread ended with code ${code}`)));
    return started;
  }

  function receive(reply: Reply<Own>): void {
    if ('notice' in reply) options.onNotice(reply.notice);
    else if ('own' in reply) options.onOwn?.(reply.own);
    else {
      const call = pending.get(reply.id);
      pending.delete(reply.id);
      if (reply.failure) call?.reject(revive(reply.failure));
      else call?.resolve(reply.answer);
    }
  }

  function fail(ended: Worker, cause: Error): void {
    if (worker !== ended) return;
    worker = undefined;
    for (const call of pending.values()) {
      call.reject(new QuaylogError('store_failed', 'The thread of the store ended unexpectedly.', { cause }));
    }
    pending.clear();
  }

  return {
    call(method, argument, { signal, transfer = [] } = {}) {
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      const target = (worker ??= start());
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          pending.delete(id);
          target.postMessage({ cancel: id } satisfies Call);
          reject(signal?.reason as Error);
        };
        const settled = (): void => signal?.removeEventListener('abort', onAbort);
        signal?.addEventListener('abort', onAbort, { once: true });
        pending.set(id, {
          resolve(answer) {
            settled();
            resolve(answer);
          },
          reject(error) {
            settled();
            reject(error);
          },
        });
        target.postMessage({ id, method, argument } satisfies Call, transfer);
      });
    },
    async close() {
      await worker?.terminate();
    },
  };
}

function revive({ code, message, hint }: Failure): QuaylogError {
  return new QuaylogError(code, message, hint === undefined ? {} : { hint });
}

export type Handlers<M extends Methods> = {
  [K in keyof M]: (
    argument: M[K]['argument'],
    signal: AbortSignal,
  ) => M[K]['answer'] | Promise<M[K]['answer']>;
};

/** The thread's end: answers calls, one after the other or interleaved as the handlers await. */
export function serveThread<M extends Methods>(handlers: Handlers<M>): void {
  const running = new Map<number, AbortController>();
  parentPort?.on('message', (call: Call) => {
    if ('cancel' in call) running.get(call.cancel)?.abort();
    else void answer(call.id, call.method, call.argument);
  });

  async function answer(id: number, method: keyof M, argument: unknown): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const result: unknown = await handlers[method](argument, controller.signal);
      post({ id, answer: result });
    } catch (error) {
      post({ id, failure: failureOf(error) });
    } finally {
      running.delete(id);
    }
  }
}

export function notify(level: Notice['level'], message: string, fields: Notice['fields']): void {
  post({ notice: { level, message, fields } });
}

/** Sends a message of the thread's own kind. */
export function tell(own: unknown): void {
  post({ own });
}

function post(reply: Reply<unknown>): void {
  parentPort?.postMessage(reply);
}

function failureOf(error: unknown): Failure {
  if (error instanceof QuaylogError) return { code: error.code, message: error.message, hint: error.hint };
  return {
    code: 'store_failed',
    message: error instanceof Error ? error.message : String(error),
    hint: undefined,
  };
}
