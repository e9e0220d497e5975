/**
 * Pictures of every page in both themes from a running Quaylog, for the README and for looking at what was made:
 * `node test/screenshots.ts [URL] [FOLDER] [WIDTH]`, by default of the demo, into docs/images, 1440 pixels wide.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EventList } from '#contract/query.ts';
import { openBrowser, openPage } from './support/browser.ts';
import { ROOT } from './support/program.ts';

const [url = 'http://127.0.0.1:8600', folder = join(ROOT, 'docs/images'), width = '1440'] =
  process.argv.slice(2);

/** The newest OOM death, for a story worth a picture. */
async function storyPath(): Promise<string> {
  const response = await fetch(`${url}/api/v1/events?action=die&from=now-1h&limit=1000`);
  const { events } = (await response.json()) as EventList;
  const death = events.find(event => event.death?.class === 'oom') ?? events[0];
  return death ? `/timeline?from=now-15m&event=${death.event.id}` : '/timeline';
}

const pages: Record<string, string> = {
  logs: '/logs',
  containers: '/containers',
  timeline: await storyPath(),
  alerts: '/alerts/history',
};

mkdirSync(folder, { recursive: true });
const browser = await openBrowser();
for (const theme of ['dark', 'light'] as const) {
  for (const [name, path] of Object.entries(pages)) {
    const { page, foreign, errors } = await openPage(browser, url, theme);
    await page.setViewportSize({ width: Number(width), height: 900 });
    await page.goto(url + path);
    // Live pages fill up while one watches: a few seconds make an honest picture.
    await page.waitForTimeout(5_000);
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
    console.log(`${name}-${theme}.png`, ...foreign, ...errors);
    await page.context().close();
  }
}
await browser.close();
