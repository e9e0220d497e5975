/** Shell programs for containers that die in known ways. */

/** Doubles a string each 0.3 s, saying so, until the kernel ends it. */
export const LEAK =
  'echo starting; x=0123456789abcdef; while :; do x=$x$x; echo "grown to ${#x} bytes"; sleep 0.3; done';

/** Says three lines and exits with 3. */
export const CRASH = 'echo "loading"; echo "cannot open ledger" >&2; echo "giving up" >&2; exit 3';

/** Runs until it is told to stop, and then ends at once. */
export const SERVE = "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.1; done";
