/** What the indexer's answer to a batch means. Pure. */

/** `retry`: the same batch may be taken later. `refuse`: it never will be as it is. */
export type Verdict = 'acked' | 'retry' | 'refuse';

/** `status` null: no answer came. Only 400 (not a batch), 413 and 422 speak of the batch itself; all else may pass. */
export function classify(status: number | null): Verdict {
  if (status === 200) return 'acked';
  return status === 400 || status === 413 || status === 422 ? 'refuse' : 'retry';
}
