/** A file that says "I am alive" by its age: what a health check of a program without a port can look at. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const EVERY_MS = 5_000;

/** Touches `collector/heartbeat` in the data folder for as long as this process gets to its timers. Answers what ends it. */
export function startHeartbeat(data: string): () => void {
  const dir = join(data, 'collector');
  const file = join(dir, 'heartbeat');
  const beat = () => {
    try {
      mkdirSync(dir, { recursive: true });
      writeFileSync(file, `${process.pid}\n`);
    } catch {
      // A full or missing disk: the file grows old, which is what it is for.
    }
  };
  beat();
  const timer = setInterval(beat, EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    rmSync(file, { force: true });
  };
}
