import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStreamKey, recordId, stampOfId } from '../../../parse/record-id.ts';
import { bytesOfId, bytesOfSecond, epochMsOf, idOfBytes, secondsOfId } from './id-bytes.ts';

const anId = fc
  .tuple(
    fc.date({ min: new Date(0), max: new Date('2106-01-01'), noInvalidDate: true }),
    fc.nat(999_999),
    fc.nat(2 ** 24 - 1),
  )
  .map(([date, rest, ordinal]) => {
    const stamp = `${date.toISOString().slice(0, 23)}${String(rest).padStart(6, '0')}Z`;
    return recordId(createStreamKey('engine', String(ordinal % 97), 'stdout'), stamp, ordinal);
  });

describe('ids as bytes', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(anId, id => {
        expect(idOfBytes(bytesOfId(id))).toBe(id);
      }),
    );
  });

  test('have the order of ids', () => {
    fc.assert(
      fc.property(anId, anId, (a, b) => {
        const order = a < b ? -1 : a > b ? 1 : 0;
        expect(Math.sign(Buffer.compare(bytesOfId(a), bytesOfId(b)))).toBe(order);
      }),
    );
  });

  test('tell the time of the id', () => {
    fc.assert(
      fc.property(anId, id => {
        const ms = Date.parse(stampOfId(id));
        expect(epochMsOf(bytesOfId(id))).toBe(ms);
        expect(secondsOfId(id)).toBe(Math.floor(ms / 1_000));
        const second = ms - (ms % 1_000);
        expect(Buffer.compare(bytesOfSecond(second), bytesOfId(id))).toBe(-1);
        expect(Buffer.compare(bytesOfSecond(second + 1_000), bytesOfId(id))).toBe(1);
      }),
    );
  });

  test.each(['', '0'.repeat(31), '0'.repeat(33), `${'0'.repeat(31)}w`, `${'0'.repeat(31)}A`, 'é'.repeat(32)])(
    'of what is no id are refused: %j',
    text => expect(() => bytesOfId(text)).toThrow(TypeError),
  );
});
