/** Signing in, being thrown out and signing out, in a real browser: nothing is seen before, nothing stays after. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { startTestIndexer, type TestIndexer } from '../support/indexer.ts';
import { unsoundness } from '../support/sound-page.ts';

const PASSWORD = 'correct horse battery';
const PLACE = '/containers?q=web&group=none';

let indexer: TestIndexer;
let browser: Browser;

beforeAll(async () => {
  indexer = await startTestIndexer({ password: PASSWORD });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await indexer?.stop();
});

const field = (page: Page) => page.getByLabel('Password', { exact: true });

async function signIn(page: Page, password = PASSWORD): Promise<void> {
  await field(page).waitFor();
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

async function open(path: string): Promise<Page> {
  const { page } = await openPage(browser, indexer.url);
  await page.goto(indexer.url + path);
  return page;
}

describe('a browser that is not signed in', () => {
  it('is asked for the password at the address it wanted, and gets there by keyboard alone', async () => {
    const page = await open(PLACE);
    await field(page).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    await signIn(page);
    await page.getByRole('heading', { name: 'Containers' }).waitFor();
    expect(page.url()).toBe(indexer.url + PLACE);
    await page.getByText('live', { exact: false }).first().waitFor();
    await page.context().close();
  });

  it('is told of a wrong password, and of Caps Lock', async () => {
    const page = await open('/logs');
    await signIn(page, 'wrong');
    await page.getByText('This is not the password.').waitFor();
    await page.evaluate(() =>
      document
        .querySelector('#password')
        ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'A', bubbles: true, modifierCapsLock: true })),
    );
    await page.getByText('Caps Lock is on').waitFor();
    // The wrong one is selected: the right one is typed over it.
    await signIn(page);
    await page.getByRole('heading', { name: 'Logs' }).waitFor();
    await page.context().close();
  });
});

describe('a session', () => {
  it('that ends while a page is open asks again, and goes on at the same place', async () => {
    const page = await open(PLACE);
    await signIn(page);
    await page.getByText('● live').waitFor();
    // From outside this page, as another tab would: nothing tells this one but the indexer.
    const left = await page.context().request.delete(`${indexer.url}/api/v1/session`);
    expect(left.status()).toBe(204);
    await page.getByText('Your session has ended').waitFor();
    expect(await page.getByRole('heading', { name: 'Containers' }).count()).toBe(0);
    await signIn(page);
    await page.getByText('● live').waitFor();
    expect(page.url()).toBe(indexer.url + PLACE);
    await page.context().close();
  });

  it('is ended from the header, and going back shows nothing', async () => {
    const page = await open('/logs');
    await signIn(page);
    await page.getByRole('link', { name: 'Alerts' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.goBack();
    await field(page).waitFor();
    const status = await page.evaluate(() => fetch('/api/v1/hosts').then(answer => answer.status));
    expect(status).toBe(401);
    await page.context().close();
  });

  it('of another tab is taken over when the reader comes back to this one', async () => {
    const page = await open('/logs');
    await field(page).waitFor();
    const other = await page.context().newPage();
    await other.goto(`${indexer.url}/logs`);
    await signIn(other);
    await other.getByRole('heading', { name: 'Logs' }).waitFor();
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await page.getByRole('heading', { name: 'Logs' }).waitFor();
    await page.context().close();
  });
});

describe.each(['dark', 'light'] as const)('in the %s theme', theme => {
  it('the page is sound before and after a wrong password', async () => {
    const { page, foreign, errors } = await openPage(browser, indexer.url, theme);
    await page.goto(`${indexer.url}/logs`);
    await field(page).waitFor();
    expect(await unsoundness(page)).toEqual([]);
    await signIn(page, 'wrong');
    await page.getByText('This is not the password.').waitFor();
    expect(await unsoundness(page)).toEqual([]);
    expect({ foreign, errors }).toEqual({ foreign: [], errors: [] });
    await page.context().close();
  });
});

// Last: from here on this address is not heard for a while.
it('whoever guesses is told how long to wait', async () => {
  const page = await open('/logs');
  await field(page).waitFor();
  const told = page.getByRole('alert').getByText(/Too many tries\. Try again in \d+/);
  await eventually(
    async () => {
      await field(page).fill(`guess ${Math.random()}`);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      return (await told.count()) === 1;
    },
    { what: 'guesses are throttled', withinMs: 60_000 },
  );
  expect(await page.getByRole('button', { name: 'Sign in' }).isDisabled()).toBe(true);
  await page.context().close();
});
