/** From a real container's print to pixels in real Chromium, and what an engineer does next. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stampOfId } from '#indexer/parse/record-id.ts';
import { percentiles } from '../bench/row.ts';
import { openBrowser, onPage as usePage } from '../support/browser.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { CRASH, LEAK } from '../support/leaking.ts';
import { startStack, type Stack } from '../support/stack.ts';

const BEATS = 40;
const IMAGE = 'quaylog-test/busybox';

let engine: TestEngine;
let stack: Stack;
let browser: Browser;

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  stack = await startStack({ dockerHost: engine.dockerHost });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await engine?.stop();
});

const run = (name: string, flags: string[], command: string) =>
  engine.docker(['run', '-d', '--name', name, ...flags, IMAGE, 'sh', '-c', command]);

const onPage = (path: string, use: (page: Page) => Promise<void>) => usePage(browser, stack.url + path, use);

/** Notes, frame by frame, when each row first stood on the screen: id → milliseconds since the epoch. */
const watchRows = (page: Page) =>
  page.evaluate(() => {
    const seen: Record<string, number> = {};
    (globalThis as { seenRows?: typeof seen }).seenRows = seen;
    const look = () => {
      for (const row of document.querySelectorAll<HTMLElement>('[role="row"][data-id]')) {
        seen[row.dataset['id'] ?? ''] ??= performance.timeOrigin + performance.now();
      }
      requestAnimationFrame(look);
    };
    look();
  });

const seenRows = (page: Page) =>
  page.evaluate(() => (globalThis as { seenRows?: Record<string, number> }).seenRows ?? {});

describe('a line that a container prints', () => {
  it('is on screen while it is watched', async () => {
    await onPage('/logs?q=container:beat', async page => {
      await watchRows(page);
      await run(
        'beat',
        [],
        `i=0; while [ $i -lt ${BEATS} ]; do i=$((i+1)); echo "beat $i"; sleep 0.25; done`,
      );
      await page.getByText(`beat ${BEATS}`, { exact: true }).waitFor({ timeout: 60_000 });
      const seen = Object.entries(await seenRows(page)).filter(([id]) => /^[0-9a-v]{32}$/.test(id));
      expect(seen.length).toBeGreaterThanOrEqual(BEATS);
      const latencies = seen.map(([id, at]) => at - Date.parse(stampOfId(id)));
      const { p50, p95 } = percentiles(latencies);
      console.log(
        `line to pixel: p50 ${Math.round(p50)} ms, p95 ${Math.round(p95)} ms over ${latencies.length} rows`,
      );
    });
  });

  it('is found by a search, alone', async () => {
    await onPage('/logs', async page => {
      await page.keyboard.press('/');
      await page.keyboard.type('container:beat and "beat 17"');
      await page.keyboard.press('Enter');
      await page.getByText('beat 17', { exact: true }).waitFor();
      await eventually(async () => (await page.getByText(/^beat \d+$/).count()) === 1, {
        what: 'one row of beat',
      });
      expect(new URL(page.url()).searchParams.get('q')).toBe('container:beat and "beat 17"');
    });
  });

  it('a wrong query is told where, and the last good rows stay', async () => {
    await onPage('/logs?q=container:beat', async page => {
      await page.getByText('beat 1', { exact: true }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.press('End');
      await page.keyboard.type(' and (');
      await page.keyboard.press('Enter');
      await page
        .getByText(/missing|ends after|`\(`/)
        .first()
        .waitFor();
      expect(await page.locator('[role="row"][data-id]').count()).toBeGreaterThan(0);
    });
  });
});

describe('a container that the kernel kills', () => {
  it('is marked on the timeline and told as a story', async () => {
    await run('leaky', ['-m', '16m', '--memory-swap', '16m'], LEAK);
    await eventually(
      async () => (await engine.docker(['inspect', '-f', '{{.State.OOMKilled}}', 'leaky'])).trim() === 'true',
      { what: 'the OOM kill' },
    );
    await onPage('/timeline', async page => {
      const mark = page.getByRole('button', { name: /^leaky: Killed by the kernel/ }).first();
      await mark.waitFor();
      await mark.click();
      await page.getByText(/limit/i).first().waitFor();
      await page
        .getByText(/grown to \d+ bytes/)
        .first()
        .waitFor();
      expect(page.url()).toContain('event=');
    });
  });

  it('stands in the stream of its logs', async () => {
    await onPage('/logs?q=container:leaky', async page => {
      await page.getByText(/OOM/).first().waitFor();
      await page
        .getByText(/grown to \d+ bytes/)
        .first()
        .waitFor();
    });
  });
});

describe('the containers page', () => {
  it('shows how each one stands', async () => {
    await run('ledger', [], CRASH);
    await onPage('/containers', async page => {
      const row = (name: string) => page.getByRole('row', { name: new RegExp(name) }).first();
      await row('leaky').getByText(/OOM/).first().waitFor();
      await row('ledger').getByText('3', { exact: true }).first().waitFor();
      await engine.docker(['rm', '-f', 'ledger']);
      await row('ledger')
        .getByText(/removed/i)
        .first()
        .waitFor();
    });
  });
});
