import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreamKey, idRange, recordId, stampOfId } from './record-id.ts';

const key = createStreamKey('ENGINE', 'c0ffee', 'stdout');
const stampOf = (seconds: number, nanoseconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(nanoseconds).padStart(9, '0')}Z`;

const anyStamp = fc
  .tuple(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 0, max: 999_999_999 }))
  .map(([seconds, nanoseconds]) => stampOf(seconds, nanoseconds));
const anyOrdinal = fc.integer({ min: 0, max: 0xff_ffff });

/** The layout of the head comment, spelled out slowly. */
function slowId(streamKey: Buffer, stamp: string, ordinal: number): string {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32BE(Date.parse(`${stamp.slice(0, 19)}Z`) / 1000, 0);
  bytes.writeUInt32BE(Number(stamp.slice(20, 29)), 4);
  streamKey.copy(bytes, 8);
  bytes.writeUIntBE(ordinal, 17, 3);
  const bits = [...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map(five => parseInt(five, 2).toString(32)).join('');
}

describe('stream key', () => {
  it('has nine bytes and tells engines, containers and streams apart', () => {
    const keys = [
      key,
      createStreamKey('ENGINE', 'c0ffee', 'stderr'),
      createStreamKey('ENGINE', 'c0ffe', 'estdout'),
      createStreamKey('ENGINEc', '0ffee', 'stdout'),
    ];
    expect(keys.map(k => k.length)).toEqual([9, 9, 9, 9]);
    expect(new Set(keys.map(k => k.toString('hex'))).size).toBe(4);
  });

  it('never changes: stored ids depend on it', () => {
    expect(recordId(key, '2026-11-22T10:41:07.123456789Z', 3)).toBe('dc1cdgo7bf6hbn5o1tr6ofr9tba00003');
  });
});

describe('record id', () => {
  it('has the layout it promises, for any key, stamp and ordinal', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 9, maxLength: 9 }),
        anyStamp,
        anyOrdinal,
        (k, stamp, ordinal) => {
          const streamKey = Buffer.from(k);
          const id = recordId(streamKey, stamp, ordinal);
          expect(id).toBe(slowId(streamKey, stamp, ordinal));
          expect(id).toMatch(/^[0-9a-v]{32}$/);
          expect(stampOfId(id)).toBe(stamp);
        },
      ),
    );
  });

  it('orders by stamp, then by ordinal within a stream', () => {
    fc.assert(
      fc.property(fc.tuple(anyStamp, anyOrdinal), fc.tuple(anyStamp, anyOrdinal), ([a, i], [b, j]) => {
        const expected = a === b ? Math.sign(i - j) : a < b ? -1 : 1;
        const [x, y] = [recordId(key, a, i), recordId(key, b, j)];
        expect(x === y ? 0 : x < y ? -1 : 1).toBe(expected);
      }),
    );
  });

  it('lies in a range of ids exactly when its stamp lies in the range of stamps', () => {
    fc.assert(
      fc.property(fc.tuple(anyStamp, anyStamp), anyStamp, anyOrdinal, ([from, to], stamp, ordinal) => {
        const range = idRange(from, to);
        const id = recordId(key, stamp, ordinal);
        expect(id >= range.from && id < range.to).toBe(stamp >= from && stamp < to);
      }),
    );
  });

  it.each([
    {
      what: 'a time before 1970',
      stamp: '1969-12-31T23:59:59.999999999Z',
      decoded: '1970-01-01T00:00:00.999999999Z',
    },
    {
      what: 'the zero time of Go',
      stamp: '0001-01-01T00:00:00.000000000Z',
      decoded: '1970-01-01T00:00:00.000000000Z',
    },
    {
      what: 'a time beyond 2106',
      stamp: '2999-01-01T00:00:00.000000005Z',
      decoded: '2106-02-07T06:28:15.000000005Z',
    },
    { what: 'what is no stamp', stamp: 'yesterday', decoded: '1970-01-01T00:00:00.000000000Z' },
    { what: 'nothing', stamp: '', decoded: '1970-01-01T00:00:00.000000000Z' },
  ])('clamps $what and does not throw', ({ stamp, decoded }) => {
    const id = recordId(key, stamp, 0);
    expect(id).toMatch(/^[0-9a-v]{32}$/);
    expect(stampOfId(id)).toBe(decoded);
  });

  it('clamps an ordinal to 24 bits', () => {
    const stamp = '2026-11-22T10:41:07.000000000Z';
    expect(recordId(key, stamp, -1)).toBe(recordId(key, stamp, 0));
    expect(recordId(key, stamp, Number.NaN)).toBe(recordId(key, stamp, 0));
    expect(recordId(key, stamp, 2 ** 30)).toBe(recordId(key, stamp, 0xff_ffff));
  });

  it('decodes any text without throwing', () => {
    fc.assert(fc.property(fc.string(), text => stampOfId(text).length === 30));
  });
});
