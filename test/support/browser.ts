/** Debian's Chromium, driven headless. Every request to another host fails the test that made it. */
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ROOT } from './program.ts';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });

export type WatchedPage = { page: Page; foreign: string[]; errors: string[] };

/** `foreign`: requests that left `origin`; `errors`: uncaught errors and refused content. Both must stay empty. */
export async function openPage(
  browser: Browser,
  origin: string,
  theme: 'dark' | 'light' = 'dark',
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: theme,
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  const foreign: string[] = [];
  const errors: string[] = [];
  page.on('request', request => {
    const { protocol, host } = new URL(request.url());
    if (!['data:', 'blob:'].includes(protocol) && host !== new URL(origin).host) foreign.push(request.url());
  });
  page.on('pageerror', error => errors.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error' && /Content Security Policy|Uncaught/.test(message.text()))
      errors.push(message.text());
  });
  return { page, foreign, errors };
}

/**
 * Opens a page, uses it, and closes it. Fails when the page asked another host for anything or an error was not caught;
 * when `use` fails, what was on the screen is kept below `.quaylog/failed`.
 */
export async function onPage(
  browser: Browser,
  url: string,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const { page, foreign, errors } = await openPage(browser, url);
  try {
    await page.goto(url);
    // Keys pressed before the page listens would be lost.
    await page.getByRole('navigation').first().waitFor();
    await use(page);
    if (foreign.length + errors.length > 0) throw new Error(JSON.stringify({ foreign, errors }));
  } catch (cause) {
    const picture = join(ROOT, '.quaylog/failed', `${new Date().toISOString().replaceAll(':', '')}.png`);
    await page.screenshot({ path: picture }).catch(() => undefined);
    throw new Error(`${(cause as Error).message}\n(what was on the screen: ${picture})`, { cause });
  } finally {
    await page.context().close();
  }
}
