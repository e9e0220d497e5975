/** Frames per second of the Logs page that tails 2,000 lines/s with 100,000 rows kept, against an idle page in the same run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { openBrowser, openPage } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { freePort, startProgram, untilAnswers } from '../support/program.ts';
import { aBatch, aLine, aStamp, aWireContainer, postBatch } from '../support/wire.ts';
import type { Row } from './row.ts';

const LINES_PER_SECOND = 2_000;
const ROWS_KEPT = 100_000;
const MEASURED_MS = 10_000;

export async function benchLive(): Promise<Row[]> {
  const data = mkdtempSync(join(tmpdir(), 'quaylog-bench-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const url = `http://${listen}`;
  const indexer = startProgram({ args: ['indexer'], env: { QUAYLOG_LISTEN: listen, QUAYLOG_DATA: data } });
  const browser = await openBrowser();
  try {
    await untilAnswers(`${url}/healthz`, indexer);
    const { page } = await openPage(browser, url);
    await page.goto(`${url}/healthz`);
    const idle = await measureFrames(page);
    await page.goto(`${url}/logs?live=1`);
    const filler = createWriter(url);
    await fill(filler);
    const stopWriting = filler.atRate();
    await delay(3_000);
    const tailing = await measureFrames(page);
    await stopWriting();
    const share = (tailing.fps / idle.fps) * 100;
    return [
      { what: 'idle page', value: `${idle.fps.toFixed(1)} frames/s`, ratio: '1 (reference)' },
      {
        what: `tail of ${LINES_PER_SECOND} lines/s, ${ROWS_KEPT.toLocaleString('en')} rows kept`,
        value: `${tailing.fps.toFixed(1)} frames/s, worst frame ${Math.round(tailing.worstMs)} ms`,
        ratio: `${share.toFixed(0)} % of idle`,
      },
    ];
  } finally {
    await browser.close();
    await indexer.kill('SIGTERM');
    rmSync(data, { recursive: true, force: true });
  }
}

type Frames = { fps: number; worstMs: number };

const measureFrames = (page: Page): Promise<Frames> =>
  page.evaluate(
    measuredMs =>
      new Promise<Frames>(done => {
        const startedAt = performance.now();
        let frames = 0;
        let worstMs = 0;
        let last = startedAt;
        const frame = (now: number) => {
          frames += 1;
          worstMs = Math.max(worstMs, now - last);
          last = now;
          if (now - startedAt < measuredMs) requestAnimationFrame(frame);
          else done({ fps: (frames / (now - startedAt)) * 1_000, worstMs });
        };
        requestAnimationFrame(frame);
      }),
    MEASURED_MS,
  );

function createWriter(url: string) {
  const container = aWireContainer('web-1');
  let line = 0;
  const write = (count: number) => {
    const now = Date.now();
    const lines = Array.from({ length: count }, (_, i) =>
      aLine(
        0,
        aStamp(now, i),
        `GET /api/orders/${(line += 1)} finished status=200 dur=${line % 97}ms user=u${line % 11}`,
      ),
    );
    return postBatch(url, aBatch({ containers: [container], lines }));
  };
  return {
    write,
    /** Writes until the answered function is called. */
    atRate(): () => Promise<void> {
      let isOn = true;
      const loop = (async () => {
        while (isOn) {
          const startedAt = Date.now();
          await write(LINES_PER_SECOND / 10);
          await delay(Math.max(0, 100 - (Date.now() - startedAt)));
        }
      })();
      return async () => {
        isOn = false;
        await loop;
      };
    },
  };
}

/** Through the live path, slowly enough that nothing is skipped. */
async function fill(writer: ReturnType<typeof createWriter>): Promise<void> {
  let written = 0;
  await eventually(
    async () => {
      await writer.write(1_000);
      written += 1_000;
      return written >= ROWS_KEPT;
    },
    { what: 'the rows are written', withinMs: 120_000, everyMs: 100 },
  );
}
