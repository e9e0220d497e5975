/** Every page with real data, in both themes and two widths: accessible, nothing cut off, nothing fetched from elsewhere. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventList } from '#contract/query.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { importBusybox, startTestEngine, type TestEngine } from '../support/docker-engine.ts';
import { eventually } from '../support/eventually.ts';
import { CRASH, SERVE } from '../support/leaking.ts';
import { unsoundness } from '../support/sound-page.ts';
import { startStack, type Stack } from '../support/stack.ts';

let engine: TestEngine;
let stack: Stack;
let browser: Browser;
let storyPath: string;

beforeAll(async () => {
  engine = await startTestEngine();
  await importBusybox(engine);
  stack = await startStack({ dockerHost: engine.dockerHost });
  browser = await openBrowser();
  const run = (name: string, command: string) =>
    engine.docker(['run', '-d', '--name', name, 'quaylog-test/busybox', 'sh', '-c', command]);
  await run('server', SERVE);
  await run(
    'ledger',
    `echo '{"level":"error","msg":"no ledger","path":"/var/lib/ledger","tries":3}'; ${CRASH}`,
  );
  const die = await eventually(
    async () => {
      const { events } = await stack.get<EventList>('/api/v1/events?container=ledger&action=die');
      return events.find(event => event.death);
    },
    { what: 'ledger dies' },
  );
  storyPath = `/timeline?event=${die.event.id}`;
});

afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await engine?.stop();
});

const PAGES = {
  logs: { path: () => '/logs', has: 'no ledger' },
  'an empty search': { path: () => '/logs?q=nothing-says-this', has: 'nothing-says-this' },
  'a wrong query': { path: () => '/logs?q=level:(', has: 'level' },
  containers: { path: () => '/containers', has: 'ledger' },
  timeline: { path: () => '/timeline', has: 'ledger' },
  'a story': { path: () => storyPath, has: 'giving up' },
  'firing alerts': { path: () => '/alerts', has: 'ledger' },
};

describe.each(['dark', 'light'] as const)('in the %s theme', theme => {
  it.each(Object.entries(PAGES))('%s', async (_name, { path, has }) => {
    const { page, foreign, errors } = await openPage(browser, stack.url, theme);
    await page.goto(stack.url + path());
    await page.getByText(has).first().waitFor({ state: 'attached' });
    expect(await unsoundness(page)).toEqual([]);
    expect({ foreign, errors }).toEqual({ foreign: [], errors: [] });
    await page.context().close();
  });
});
