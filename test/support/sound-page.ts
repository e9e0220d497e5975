/** What is wrong with a page as it stands: what hinders someone, and what does not fit. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [1280, 1920];

/** `rule: target` of everything WCAG A or AA forbids and that hinders someone, and widths at which anything reaches beyond the window. */
export async function unsoundness(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    // Boxes that clip what is wider than they are hide it from the document's own width: each part of a page is asked.
    const beyond = await page.evaluate(() =>
      [...document.querySelectorAll('body, #root > *, #root > main > *')]
        .filter(element => element.getBoundingClientRect().right > innerWidth + 1)
        .map(({ tagName }) => tagName.toLowerCase()),
    );
    found.push(...beyond.map(element => `${element} is wider than ${width} px`));
  }
  await page.evaluate(AXE);
  const results = await page.evaluate<AxeResults>('axe.run()');
  const serious = results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.target.join(' ')}`));
  return [...found, ...serious];
}
