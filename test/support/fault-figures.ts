/** What a fault did to us, written down: docs/faults.md is made of these rows by `npm run test:faults`. */
import { appendFileSync } from 'node:fs';

/** `fault` and `bar` as in the table; `figure`: what was seen. */
export type FaultFigure = { fault: string; bar: string; figure: string };

/** Tests have a short form for every day and a long one, with the figures that count. */
export const isLongRun = process.env['QUAYLOG_TEST_FAULTS'] === 'long';

export function noteFigure(row: FaultFigure): void {
  console.log(`${row.fault}: ${row.figure} (bar: ${row.bar})`);
  const file = process.env['QUAYLOG_FAULT_FIGURES'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
}
