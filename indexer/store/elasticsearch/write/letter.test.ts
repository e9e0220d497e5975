import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { documentOf, letterOf, smallerLetter, type Letter } from './letter.ts';

const now = new Date('2026-11-22T10:00:00Z');
const refusal = { type: 'document_parsing_exception', reason: 'failed to parse field [trace.id]' };
const write = (source: string) =>
  letterOf({ index: 'quaylog-logs-2026.11.22', id: 'abc', source }, refusal, { letters: 'dead', now });
const read = (source: string) => JSON.parse(source) as Letter;

test('holds the document as it is, where it was meant to go, and why not', () => {
  const { index, id, source } = write('{"message":"é \\ud800"}');
  expect([index, id]).toEqual(['dead', 'quaylog-logs-2026.11.22/abc']);
  const letter = read(source);
  expect(letter).toMatchObject({ ...refusal, index: 'quaylog-logs-2026.11.22', id: 'abc' });
  expect(documentOf(letter)).toBe('{"message":"é \\ud800"}');
});

test('of one document is one letter, whenever it is refused', () => {
  const later = letterOf(
    { index: 'quaylog-logs-2026.11.22', id: 'abc', source: '{}' },
    { type: 'other', reason: 'other' },
    { letters: 'dead', now: new Date() },
  );
  expect(later.id).toBe(write('{}').id);
});

test('too large, is packed and still whole', () => {
  const text = JSON.stringify({ message: 'again and '.repeat(50_000) });
  const smaller = smallerLetter(write(text));
  expect(smaller!.source.length).toBeLessThan(text.length / 10);
  expect(documentOf(read(smaller!.source))).toBe(text);
  expect(read(smaller!.source).is_cut).toBeUndefined();
});

test('too large even so, keeps ever less of its beginning, says so, and ends', () => {
  const text = JSON.stringify({ message: randomBytes(100_000).toString('base64') });
  const lengths: number[] = [];
  for (let letter = smallerLetter(write(text)); letter !== null; letter = smallerLetter(letter)) {
    const kept = documentOf(read(letter.source));
    expect(text.startsWith(kept)).toBe(true);
    expect(read(letter.source).is_cut).toBe(kept === text ? undefined : true);
    lengths.push(kept.length);
  }
  expect(lengths[0]).toBe(text.length);
  expect(lengths.at(-1)).toBeLessThan(20_000);
  expect(lengths).toEqual([...new Set(lengths)].toSorted((a, b) => b - a));
});
