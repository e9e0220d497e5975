/** `quaylog up` as an operator runs it: its programs die, it is told to stop, it is killed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { NOTHING_WRONG, printNumbered, untilNumbered } from '../support/numbered-lines.ts';
import { freePort, startProgram, untilCollecting, type Program } from '../support/program.ts';
import { countLogs, type LogSource } from '../support/read-logs.ts';

const LINES = 6_000;

let engine: TestEngine;
let data: string;
let url: string;
let up: Program;

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  data = mkdtempSync(join(tmpdir(), 'quaylog-up-'));
  url = `http://127.0.0.1:${await freePort()}`;
  up = startUp();
  await untilCollecting(url, up);
});

afterAll(async () => {
  await up?.kill('SIGTERM');
  await engine?.stop();
  rmSync(data, { recursive: true, force: true });
});

const startUp = (): Program =>
  startProgram({
    args: ['up', '--listen', new URL(url).host, '--data', data],
    env: { DOCKER_HOST: engine.dockerHost },
  });

const api: LogSource = {
  async get<T>(path: string) {
    return (await (await fetch(url + path)).json()) as T;
  },
};

/** Pid of a program that `up` keeps running; null between its death and its next start. */
function pidOf(name: 'indexer' | 'collector'): number | null {
  const children = readFileSync(`/proc/${up.pid}/task/${up.pid}/children`, 'utf8').trim().split(/\s+/);
  const pid = children.find(child => commandLine(Number(child)).includes(name));
  return pid === undefined ? null : Number(pid);
}

/** Empty for a process that is gone, or dead and not yet buried. */
function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

const isGone = (pid: number): boolean => commandLine(pid).join('') === '';

async function killChild(name: 'indexer' | 'collector'): Promise<void> {
  const pid = await eventually(() => pidOf(name), { what: `a running ${name}` });
  process.kill(pid, 'SIGKILL');
  await eventually(() => (pidOf(name) ?? pid) !== pid, { what: `another ${name}` });
}

it('says where it is once it is ready', async () => {
  await eventually(() => up.stdout().includes(`Quaylog is ready: ${url}\n`), { what: 'the line for people' });
});

it('starts a killed collector and a killed indexer again, and no line is lost or doubled', async () => {
  await engine.docker([
    'run',
    '-d',
    '--name',
    'numbered',
    'quaylog-test/busybox',
    'sh',
    '-c',
    printNumbered(LINES, 50),
  ]);
  for (const name of ['collector', 'indexer', 'collector', 'indexer'] as const) {
    const before = await countLogs(api, 'container:numbered').catch(() => 0);
    await killChild(name);
    // On a slow machine all may have been printed and stored before the last kill.
    const more = Math.min(before + 1, 2 * LINES);
    await eventually(async () => (await countLogs(api, 'container:numbered')) >= more, {
      what: `more lines after the ${name} was killed`,
    });
  }
  expect(await untilNumbered(api, 'numbered', LINES)).toEqual(NOTHING_WRONG);
  expect(up.output()).toMatch(/the collector ended \(SIGKILL\); starting it again in 250 ms/);
  expect(up.output()).toMatch(/the indexer ended \(SIGKILL\); starting it again in \d+ ms/);
});

it('on SIGTERM ends with 0 and takes its programs with it', async () => {
  const children = [pidOf('indexer') ?? 0, pidOf('collector') ?? 0];
  expect(children).not.toContain(0);
  expect(await up.kill('SIGTERM')).toBe(0);
  expect(children.map(isGone)).toEqual([true, true]);
});

it('finds everything again at the next start; when it is killed itself, its programs end too', async () => {
  up = startUp();
  await untilCollecting(url, up);
  expect(await untilNumbered(api, 'numbered', LINES)).toEqual(NOTHING_WRONG);
  const children = [pidOf('indexer') ?? 0, pidOf('collector') ?? 0];
  expect(children).not.toContain(0);
  await up.kill('SIGKILL');
  await eventually(() => children.every(isGone), { what: 'the end of the programs' });
});
