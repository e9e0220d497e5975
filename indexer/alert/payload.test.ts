import { expect, test } from 'vitest';
import { events } from '../death/event-script.fixture.ts';
import { createPayload } from './payload.ts';
import type { Rule } from './rule.ts';

const rule: Rule = {
  id: 'r',
  name: 'Crash',
  enabled: true,
  severity: 'error',
  match: { action: 'die' },
  notify: [],
  cooldownSeconds: 0,
  origin: 'api',
  createdAt: '',
};
const payloadOf = (lastLines: string[]) =>
  createPayload(rule, events('die1@0')[0]!, { evidence: { lastLines, memory: [] }, publicUrl: 'http://q' });

test.each([
  ['plain', 'x'.repeat(1_000)],
  ['escaped', '"\\\n'.repeat(333)],
  ['wide', '€'.repeat(1_000)],
])('stays below 20 kB with 20 long %s lines, and keeps the newest', (_name, line) => {
  const payload = payloadOf(Array.from({ length: 20 }, (_, n) => `${n} ${line}`));
  expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThan(20_000);
  expect(payload.data.lastLines.at(-1)).toMatch(/^19 /);
  expect(payload.data.lastLines.length).toBeGreaterThan(4);
});

test('short lines stay as they are, in order', () => {
  expect(payloadOf(['one', 'two']).data.lastLines).toEqual(['one', 'two']);
});
