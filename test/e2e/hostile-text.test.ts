/** Text that wants to be more than text: from real containers, through the store, in real Chromium. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerList } from '#contract/container.ts';
import type { LogRecord } from '#contract/log-record.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { readAllLogs } from '../support/read-logs.ts';
import { startStack, type Stack } from '../support/stack.ts';

const HTML = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const OSC =
  '\u001b]0;owned\u0007\u001b]52;c;ZXZpbA==\u0007\u001b]8;;javascript:window.hacked=1\u0007link\u001b]8;;\u0007';

/** What the container prints → what must be stored as the original text. The engine itself replaces invalid UTF-8. */
const LINES: { what: string; printf: string; text: string }[] = [
  { what: 'HTML', printf: HTML.replaceAll('"', '\\"'), text: HTML },
  { what: 'NUL', printf: 'before\\000after', text: 'before\u0000after' },
  { what: 'invalid UTF-8', printf: 'bad \\377\\376 bytes', text: 'bad \uFFFD\uFFFD bytes' },
  { what: 'ANSI colours', printf: '\\033[31mred\\033[0m plain', text: '\u001b[31mred\u001b[0m plain' },
  {
    what: 'OSC escapes',
    printf: OSC.replaceAll('\u001b', '\\033').replaceAll('\u0007', '\\007'),
    text: OSC,
  },
  {
    what: '__proto__ in JSON',
    printf:
      '{\\"msg\\":\\"proto\\",\\"__proto__\\":{\\"admin\\":true},\\"constructor\\":{\\"prototype\\":{\\"admin\\":true}}}',
    text: '{"msg":"proto","__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
  },
  {
    what: 'templates',
    printf: '\\${jndi:ldap://x} {{7*7}} %%s \\$(id)',
    text: '${jndi:ldap://x} {{7*7}} %s $(id)',
  },
  { what: 'bidi and zero width', printf: 'a\\342\\200\\256b\\342\\200\\213c', text: 'a\u202Eb\u200Bc' },
];
const LONG = 1024 * 1024;

let engine: TestEngine;
let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  stack = await startStack({ dockerHost: engine.dockerHost });
  browser = await openBrowser();
  const script = LINES.map(({ printf }) => `printf "${printf}\\n"`).join('; ');
  const label = `note=${HTML}`;
  await engine.docker([
    'run',
    '-d',
    '--name',
    'hostile',
    '--label',
    label,
    'quaylog-test/busybox',
    'sh',
    '-c',
    `${script}; sleep 600`,
  ]);
  const long = `head -c ${LONG - 5} /dev/zero | tr '\\0' 'x'; printf "tail\\n"; head -c 300000 /dev/urandom; echo; echo last`;
  await engine.docker([
    'run',
    '-d',
    '--name',
    'huge',
    'quaylog-test/busybox',
    'sh',
    '-c',
    `${long}; sleep 600`,
  ]);
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await engine?.stop();
});

const original = (record: LogRecord): string => record.event.original ?? record.message;

describe('is stored verbatim', () => {
  it('line by line', async () => {
    const records = await eventually(
      async () => {
        const all = await readAllLogs(stack, 'container:hostile');
        return all.length >= LINES.length && all;
      },
      { what: 'all hostile lines' },
    );
    expect(records.map(original)).toEqual(LINES.map(({ text }) => text));
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('a line of 1 MiB is one record, and random bytes do not stop the line after them', async () => {
    const records = await eventually(
      async () => {
        const all = await readAllLogs(stack, 'container:huge');
        return all.at(-1)?.message === 'last' && all;
      },
      { what: 'the last line of huge' },
    );
    expect(original(records[0]!)).toHaveLength(LONG - 1);
    expect(original(records[0]!).endsWith('xtail')).toBe(true);
  });

  it('in labels', async () => {
    const { containers } = await stack.get<ContainerList>('/api/v1/containers');
    expect(containers.find(({ name }) => name === 'hostile')?.labels).toMatchObject({ note: HTML });
  });
});

describe('is shown inert', () => {
  it.each(['/logs?q=container:hostile', '/logs?q=container:huge', '/containers', '/timeline', '/alerts'])(
    'on %s',
    async path => {
      const { page, errors, foreign } = await openPage(browser, stack.url);
      const dialogs: string[] = [];
      page.on('dialog', dialog => dialogs.push(dialog.message()));
      await page.goto(stack.url + path);
      await page
        .getByText(path.includes('huge') ? 'last' : path === '/alerts' ? 'Rules' : 'hostile')
        .first()
        .waitFor();
      expect(await page.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBeUndefined();
      expect(await page.locator('img[src="x"]').count()).toBe(0);
      expect(await page.locator('a[href^="javascript"]').count()).toBe(0);
      expect(await page.title()).not.toContain('owned');
      expect({ dialogs, errors, foreign }).toEqual({ dialogs: [], errors: [], foreign: [] });
      await page.context().close();
    },
  );

  it('HTML is text on the screen', async () => {
    const { page } = await openPage(browser, stack.url);
    await page.goto(`${stack.url}/logs?q=container:hostile`);
    await page.getByText('<script>window.hacked=1</script>').first().waitFor();
    await page.context().close();
  });
});
