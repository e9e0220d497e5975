import type { ApiError } from '../api/client.ts';
import { formatDuration } from '../ui/format.ts';

/** Why nobody was let in, and what to do. @param waitMs until another try is heard. */
export function failureInWords(error: ApiError, waitMs: number): string {
  if (error.status === 401) return 'This is not the password.';
  if (error.status === 429) {
    if (waitMs <= 0) return 'Too many tries were made. You can try again now.';
    return `Too many tries. Try again in ${formatDuration(Math.ceil(waitMs / 1_000) * 1_000)}.`;
  }
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
}
