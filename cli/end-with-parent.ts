/**
 * A parent of ours (`up`, the demo) gives its children an IPC channel that carries nothing: it closes when the parent is
 * gone, however it went, and then this process stops as if it was asked to.
 */
export function endWithParent(): void {
  // The parent may be gone before this process was ready to listen.
  if ('connected' in process && !process.connected) process.exit(1);
  if (!process.channel) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
