/**
 * A parent of ours (`up`, the demo) gives its children an IPC channel that carries nothing: it closes when the parent is
 * gone, however it went, and then this process stops as if it was asked to.
 */
export function endWithParent(): void {
  if (!process.channel) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
