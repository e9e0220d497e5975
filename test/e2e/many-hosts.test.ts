/** What people see of many hosts, of one that went silent, and of lines that are missing: real indexer, real browser. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostList } from '#contract/batch.ts';
import { onPage as usePage, openBrowser, openPage } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { startFleet, type Fleet } from '../support/fleet.ts';
import { startTestIndexer, type TestIndexer } from '../support/indexer.ts';
import { unsoundness } from '../support/sound-page.ts';

const MIB = 2 ** 20;
const HOSTS = [
  { name: 'quay-1' },
  {
    name: 'quay-2',
    trouble: {
      spool: { bytes: 990 * MIB, limitBytes: 1_024 * MIB, policy: 'block' as const, damagedBytes: 0 },
      lagMs: 74_000,
    },
  },
  { name: 'quay-3', trouble: { counters: { linesDropped: 1_204 }, skewMs: 90_000, version: '0.0.9' } },
  { name: 'quay-away' },
];

let indexer: TestIndexer;
let fleet: Fleet;
let browser: Browser;

beforeAll(async () => {
  indexer = await startTestIndexer();
  fleet = await startFleet(indexer.url, HOSTS);
  fleet.silence('quay-away');
  browser = await openBrowser();
  await eventually(
    async () => {
      const { hosts } = await indexer.get<HostList>('/api/v1/hosts');
      return hosts.some(({ name, connected }) => name === 'quay-away' && !connected);
    },
    { what: 'a host counts as silent' },
  );
});

afterAll(async () => {
  await browser?.close();
  fleet?.stop();
  await indexer?.stop();
});

const onPage = (path: string, use: (page: Page) => Promise<void>) =>
  usePage(browser, indexer.url + path, use);
const chip = (page: Page, name: string) =>
  page.getByRole('group', { name: 'Hosts' }).getByRole('button', { name: new RegExp(`${name}\\b`) });

describe('the host strip', () => {
  it('says of each host what is wrong with it, and nothing of one that is well', async () => {
    await onPage('/logs', async page => {
      await chip(page, 'quay-away').getByText('no data since').waitFor();
      await chip(page, 'quay-2').getByText('spool 96 % full +1').waitFor();
      await chip(page, 'quay-3').getByText('1,204 dropped +2').waitFor();
      expect(await chip(page, 'quay-1').textContent()).toMatch(/quay-1lag 120 ms$/);
      await chip(page, 'quay-3').focus();
      const tip = page.getByRole('tooltip');
      await tip.getByText('1,204 lines dropped').waitFor();
      expect(await tip.textContent()).toMatch(/clock 1 min \d+ s ahead.*version 0\.0\.9, others 0\.1\.0/s);
    });
  });

  it('narrows the lines to a host, to another, and to none', async () => {
    await onPage('/logs?q=cart', async page => {
      const query = () => new URL(page.url()).searchParams.get('q');
      for (const [name, expected] of [
        ['quay-1', 'cart and host:quay-1'],
        ['quay-2', 'cart and host:quay-2'],
        ['quay-2', 'cart'],
      ] as const) {
        await chip(page, name).click();
        await eventually(() => query() === expected, { what: `the query is ${expected}` });
      }
    });
  });

  it('opens the figures of every host from the header of any page', async () => {
    await onPage('/alerts', async page => {
      await page.getByRole('button', { name: '3 of 4 hosts' }).click();
      const row = page.getByRole('row', { name: /quay-3/ });
      expect(await row.textContent()).toMatch(/1,204.*1 min.*0\.0\.9/s);
    });
  });
});

describe('containers of a host that is silent', () => {
  it('are shown as last known, without data, and count as neither running nor stopped', async () => {
    await onPage('/containers', async page => {
      const row = page.getByRole('row', { name: /quay-away-web-1/ });
      await row.getByText('no data since').waitFor();
      expect(await row.textContent()).toContain('running');
      await page.getByText('9 of 9 running').waitFor();
      await page.getByText('3 without data').waitFor();
      await chip(page, 'quay-away').click();
      await page.getByText('3 shown').waitFor();
    });
  });

  it('have no data in the timeline, and the chart of their lines a hatched end', async () => {
    await onPage('/timeline?from=now-15m&q=quay-away', async page => {
      await page.locator('rect[fill="url(#no-data)"]').nth(1).waitFor();
    });
    await onPage('/logs?q=host:quay-away', async page => {
      await page.getByText('no data', { exact: true }).waitFor();
    });
  });
});

describe('lines that are missing', () => {
  const WORDS = '1,204 lines, the engine rotated its log away before it was read';

  it('are a row where they should be, and a query finds all such rows', async () => {
    await onPage('/logs?q=action:log-gap', async page => {
      const gaps = page.locator('[role="row"][data-id]');
      await eventually(async () => (await gaps.count()) === HOSTS.length, { what: 'a gap of each host' });
      expect(await gaps.first().textContent()).toContain(WORDS);
      await gaps.first().click();
      const drawer = page.getByRole('complementary');
      await drawer.getByText('rotated', { exact: true }).waitFor();
    });
  });

  it('are counted beside the source of their container, with the way there', async () => {
    await onPage('/containers', async page => {
      const row = page.getByRole('row', { name: /quay-1-web-1/ });
      await row.getByRole('link', { name: /≠ 1/ }).click();
      await page.getByText(WORDS).first().waitFor();
    });
  });
});

it('mistakes in labels and containers that are not read are found and explained', async () => {
  await onPage('/containers', async page => {
    await page.getByRole('button', { name: /Not read \(4\)/ }).click();
    await page.getByText('4 shown').waitFor();
    await page.getByRole('button', { name: /Not read/ }).click();
    await page.getByRole('button', { name: /Label mistakes \(4\)/ }).click();
    await page.getByRole('row', { name: /quay-1-api-1/ }).click();
    const drawer = page.getByRole('complementary');
    await drawer.getByText('One label is not understood').waitFor();
    expect(await drawer.textContent()).toContain("the engine's API, because its driver is journald");
  });
});

describe.each(['dark', 'light'] as const)('in the %s theme', theme => {
  it.each([
    ['/logs?q=action:log-gap', 'lines missing here'],
    ['/containers?c=quay-away-api-1', 'What follows was true then'],
  ])('%s is sound', async (path, text) => {
    const { page, foreign, errors } = await openPage(browser, indexer.url, theme);
    await page.goto(indexer.url + path);
    await page.getByText(text).first().waitFor();
    await page.getByRole('button', { name: '3 of 4 hosts' }).waitFor();
    expect(await unsoundness(page)).toEqual([]);
    expect({ foreign, errors }).toEqual({ foreign: [], errors: [] });
    await page.context().close();
  });
});
