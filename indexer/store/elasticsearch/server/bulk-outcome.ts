/** What the server's answer to a bulk request means, for each document and for the request as a whole. Pure. */

/** One item of the answer, as far as it is asked for. */
export type BulkItem = {
  status: number;
  error?: { type?: string; reason?: string; caused_by?: { type?: string; reason?: string } };
  /** The server set the document aside by itself: it answers 201 all the same. */
  failure_store?: string;
};

/** `reason` and `type` as the server gave them. */
export type Refusal = { type: string; reason: string };

/**
 * What becomes of a document. `stored`: durable now. `there`: its id was there before. `set_aside`: the server's own failure
 * store has it. `retry`: later, as it is. `missing`: its index is not there and was not made. `blocked`: nothing can be
 * written there until somebody does something. `refused`: never as it is.
 */
export type Outcome =
  | { is: 'stored' | 'there' | 'set_aside' | 'retry' | 'missing' }
  | { is: 'blocked'; isFull: boolean; refusal: Refusal }
  | { is: 'refused'; refusal: Refusal };

/** After so many attempts an error of the server (500) is taken for one of the document. */
export const MAX_SERVER_ERRORS = 6;

const PUSHED_BACK = new Set([429, 502, 503, 504]);
const OVERLOADED = new Set(['es_rejected_execution_exception', 'circuit_breaking_exception']);
/** Answered with 400 or 403, but not about the document. */
const CLOSED = new Set(['index_closed_exception', 'security_exception']);

/** `attempts`: how often this document has been sent. */
export function outcomeOf(item: BulkItem, attempts: number): Outcome {
  const { status } = item;
  if (status < 300) return { is: item.failure_store === 'used' ? 'set_aside' : 'stored' };
  if (status === 409) return { is: 'there' };
  const refusal = refusalOf(item);
  if (refusal.type === 'cluster_block_exception' || CLOSED.has(refusal.type) || status === 401)
    return PUSHED_BACK.has(status) && !isDiskFull(refusal)
      ? { is: 'retry' }
      : { is: 'blocked', isFull: isDiskFull(refusal), refusal };
  if (PUSHED_BACK.has(status) || OVERLOADED.has(refusal.type))
    return isLargerThanAll(refusal) ? { is: 'refused', refusal } : { is: 'retry' };
  if (status === 404) return { is: 'missing' };
  if (status >= 500 && attempts < MAX_SERVER_ERRORS) return { is: 'retry' };
  return { is: 'refused', refusal };
}

/** `disk usage exceeded flood-stage watermark`, in the words of every version since 6. */
const isDiskFull = ({ reason }: Refusal): boolean => /flood.?stage|disk usage exceeded/i.test(reason);

/** One write that takes more than the server has for all of them, however long we wait: `operation_bytes=9, max_bytes=5`. */
function isLargerThanAll({ reason }: Refusal): boolean {
  const [, needed, most] = /operation_bytes=(\d+).*\bmax_\w*bytes=(\d+)/.exec(reason) ?? [];
  return Number(needed) > Number(most);
}

function refusalOf({ error, status }: BulkItem): Refusal {
  const cause = error?.caused_by?.reason;
  const reason = error?.reason ?? `status ${status}`;
  return {
    type: error?.type ?? `status_${status}`,
    reason: cause === undefined || reason.includes(cause) ? reason : `${reason}: ${cause}`,
  };
}

/**
 * What a request that failed as a whole says of its documents. `retry`: whether they were stored is not known. `split`: it is too
 * large, or one of them is not even read: smaller requests tell which. `away`: nothing will be taken until that is mended.
 */
export type RequestFailure = 'retry' | 'split' | 'away';

/** `status` null: no answer came. */
export function failureOf(status: number | null): RequestFailure {
  if (status === 413 || status === 400) return 'split';
  if (status === null || status === 429 || status === 408 || status >= 500) return 'retry';
  return 'away';
}
