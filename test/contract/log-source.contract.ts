/** What every source of a container's log must give: the very lines that a plain read of the engine's API gives. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ContainerDetails, Engine } from '#collector/engine/engine.ts';
import type { Line } from '#collector/engine/lines.ts';
import { createApiSource } from '#collector/source/api-source.ts';
import type { LogGap, LogSource, SourceRead } from '#collector/source/log-source.ts';

/** `run` starts a container detached and answers its id. */
export type SourceUnderTest = {
  engine: Engine;
  open: (container: ContainerDetails) => LogSource;
  run: (flags: readonly string[], command: string) => Promise<string>;
  docker: (args: readonly string[]) => Promise<string>;
};

const MAX_LINE_BYTES = 1 << 20;

type Reading = { lines: Line[]; gaps: LogGap[] };

/** Reads with a decoder of its own; what was never ended counts too. */
export async function readSource(source: LogSource, how: Partial<SourceRead> = {}): Promise<Reading> {
  const joiner = source.joiner({ maxLineBytes: MAX_LINE_BYTES });
  const reading: Reading = { lines: [], gaps: [] };
  const never = new AbortController().signal;
  await source.read({
    since: null,
    follow: false,
    signal: never,
    stopped: never,
    onBytes: bytes => {
      reading.lines.push(...joiner.push(bytes));
      return undefined;
    },
    onGap: gap => reading.gaps.push(gap),
    ...how,
  });
  reading.lines.push(...joiner.end());
  return reading;
}

/** Long texts by their hash, so that a failure can be read. */
const brief = (line: Line) => ({
  ...line,
  text: line.text.length < 200 ? line.text : createHash('sha256').update(line.text).digest('hex'),
});

export function logSourceContract(start: () => SourceUnderTest): void {
  let under: SourceUnderTest;

  beforeAll(() => {
    under = start();
  });

  const untilExited = (id: string) => under.docker(['wait', id]);

  async function read(id: string, how: Partial<SourceRead> = {}): Promise<Reading> {
    const source = under.open(await under.engine.inspect(id));
    try {
      return await readSource(source, how);
    } finally {
      source.close();
    }
  }

  async function ended(flags: readonly string[], command: string): Promise<string> {
    const id = await under.run(flags, command);
    await untilExited(id);
    return id;
  }

  /** The lines, once they are known to be those of the API. */
  async function linesOf(id: string, since: string | null = null): Promise<Line[]> {
    const details = await under.engine.inspect(id);
    const [{ lines, gaps }, api] = [
      await read(id, { since }),
      await readSource(createApiSource(under.engine, details, { reason: '' }), { since }),
    ];
    expect(lines.map(brief)).toEqual(api.lines.map(brief));
    expect(gaps).toEqual([]);
    return lines;
  }

  const texts = (lines: Line[]) => lines.map(({ text }) => text);

  describe('a source of logs', () => {
    it('gives both streams with stamps, and again from any stamp inclusively', async () => {
      const id = await ended(
        [],
        'for i in 1 2 3 4 5; do echo out $i; sleep 0.02; echo err $i >&2; sleep 0.02; done',
      );
      const lines = await linesOf(id);
      expect(lines.map(({ stream, text }) => [stream, text])).toEqual(
        [1, 2, 3, 4, 5].flatMap(i => [
          [1, `out ${i}`],
          [2, `err ${i}`],
        ]),
      );
      for (const [i, { stamp }] of lines.entries()) {
        expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
        expect(await linesOf(id, stamp)).toEqual(lines.slice(i));
      }
    });

    it('joins lines above 16 KiB, with a terminal and without, cut inside of characters too', async () => {
      const long = `head -c 40000 /dev/zero | tr '\\0' x; echo; i=0; while [ $i -lt 9000 ]; do i=$((i+1)); printf 'äö€'; done; echo; echo end`;
      // The engine cuts a line at 16 KiB and makes a character of its own of each byte that is left of one.
      const BROKEN = 3;
      for (const flags of [[], ['-t']]) {
        const lines = await linesOf(await ended(flags, long));
        expect(lines.map(({ text }) => text.length)).toEqual([40_000, 27_000 + BROKEN, 3]);
      }
    });

    it('keeps what the application printed: quotes, escapes, colours, other scripts, bytes that are no text', async () => {
      const odd = String.raw`printf '{"a":"b\\\\n"}\n\\\n\\n\n"\n\n \n\033[31mred\033[0m\n\000\001\n<>&\n日本 🚢 é\n\303\050 \377\n\r\nx\r\n'`;
      const lines = await linesOf(await ended([], odd));
      expect(texts(lines)).toEqual(
        expect.arrayContaining([
          '{"a":"b\\\\n"}',
          '\\',
          '\\n',
          '"',
          '',
          '\u001b[31mred\u001b[0m',
          '<>&',
          '日本 🚢 é',
        ]),
      );
      await linesOf(await ended(['-t'], odd));
    });

    it('gives the last line of a run although it has no end, and knows it from the next run', async () => {
      const id = await ended([], 'echo whole; printf "no end"');
      expect(texts(await linesOf(id))).toEqual(['whole', 'no end']);
      await under.docker(['start', id]);
      await untilExited(id);
      expect(texts(await linesOf(id))).toEqual(['whole', 'no end', 'whole', 'no end']);
    });

    it.each(['false', 'true'])('reads what was rotated, oldest first; compressed: %s', async compress => {
      const rotation = ['max-size=20k', 'max-file=4', `compress=${compress}`].flatMap(o => ['--log-opt', o]);
      const id = await ended(rotation, 'for i in $(seq 700); do echo line $i; done');
      const lines = await linesOf(id);
      expect(lines.at(-1)?.text).toBe('line 700');
      const numbers = lines.map(({ text }) => Number(text.slice(5)));
      expect(numbers).toEqual(numbers.map((_, i) => 700 - numbers.length + 1 + i));
      const middle = lines[Math.floor(lines.length / 3)]!;
      expect(await linesOf(id, middle.stamp)).toEqual(lines.slice(lines.indexOf(middle)));
    });

    it('follows until the container has stopped', async () => {
      const id = await under.run([], 'echo first; sleep 0.5; echo second');
      const stopped = new AbortController();
      void untilExited(id).then(() => stopped.abort());
      const { lines } = await read(id, { follow: true, stopped: stopped.signal });
      expect(texts(lines)).toEqual(['first', 'second']);
    });

    it('ends a follow that is aborted', async () => {
      const id = await under.run([], 'echo up; sleep 60');
      const aborting = new AbortController();
      const onBytes = () => {
        aborting.abort();
        return undefined;
      };
      await read(id, { follow: true, signal: aborting.signal, onBytes });
    });

    it('waits for a reader that is held', async () => {
      const id = await ended([], 'for i in $(seq 3000); do echo line $i; done');
      let busy = 0;
      await read(id, {
        onBytes: async () => {
          expect(busy++).toBe(0);
          await new Promise(resolve => setImmediate(resolve));
          busy--;
        },
      });
    });

    it('says not_found of a container that is gone', async () => {
      const id = await ended([], 'echo gone');
      const details = await under.engine.inspect(id);
      await under.docker(['rm', id]);
      const source = under.open(details);
      await expect(readSource(source)).rejects.toMatchObject({ name: 'EngineError', code: 'not_found' });
      source.close();
    });
  });
}
