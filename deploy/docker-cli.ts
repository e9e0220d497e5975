/** The docker command of one engine. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_OUTPUT = 64 * 1024 ** 2;

/** Runs `docker ARGS` against the engine and resolves with what it printed, trimmed; rejects with what it complained of. */
export type DockerCli = (args: readonly string[]) => Promise<string>;

export function dockerCli(dockerHost: string): DockerCli {
  return async args => {
    const env = { ...process.env, DOCKER_HOST: dockerHost };
    try {
      const { stdout } = await run('docker', [...args], { env, maxBuffer: MAX_OUTPUT });
      return stdout.trimEnd();
    } catch (cause) {
      const { stderr, message } = cause as Error & { stderr?: string };
      const reason = stderr?.trim() || message;
      throw new Error(`docker ${args.slice(0, 2).join(' ')}: ${reason}`, { cause });
    }
  };
}
