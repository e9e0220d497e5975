import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QuaylogError } from '#contract/quaylog-error.ts';
import { parseSpan, parseTime, resolveRange, toStamp } from './date-math.ts';

const now = new Date('2026-11-22T10:41:07.500Z');

function errorOf(read: () => unknown): QuaylogError {
  try {
    read();
  } catch (error) {
    if (error instanceof QuaylogError) return error;
    throw error;
  }
  throw new Error('no error');
}

describe('parseTime', () => {
  it.each([
    ['2026-11-22T10:41:07.123456789Z', '2026-11-22T10:41:07.123456789Z'],
    ['2026-11-22T10:41:07.1Z', '2026-11-22T10:41:07.100000000Z'],
    ['2026-11-22T10:41:07.1234567891234Z', '2026-11-22T10:41:07.123456789Z'],
    ['2026-11-22T10:41:07', '2026-11-22T10:41:07.000000000Z'],
    ['2026-11-22 10:41', '2026-11-22T10:41:00.000000000Z'],
    ['2026-11-22', '2026-11-22T00:00:00.000000000Z'],
    ['2026-11', '2026-11-01T00:00:00.000000000Z'],
    ['2026', '2026-01-01T00:00:00.000000000Z'],
    ['2026-11-22T00:41:07.000000001+02:00', '2026-11-21T22:41:07.000000001Z'],
    ['2026-11-22T10:41-0530', '2026-11-22T16:11:00.000000000Z'],
    [' 2026-11-22t10:41z ', '2026-11-22T10:41:00.000000000Z'],
    ['1763808067500', '2025-11-22T10:41:07.500000000Z'],
    ['1763808067', '2025-11-22T10:41:07.000000000Z'],
    ['0', '1970-01-01T00:00:00.000000000Z'],
    ['-1', '1969-12-31T23:59:59.999000000Z'],
    ['now', '2026-11-22T10:41:07.500000000Z'],
    ['now-15m', '2026-11-22T10:26:07.500000000Z'],
    ['now+1h', '2026-11-22T11:41:07.500000000Z'],
    ['now-500ms', '2026-11-22T10:41:07.000000000Z'],
    ['now/d', '2026-11-22T00:00:00.000000000Z'],
    ['now-1d/d', '2026-11-21T00:00:00.000000000Z'],
    ['now-1d/d+8h', '2026-11-21T08:00:00.000000000Z'],
    ['now/h', '2026-11-22T10:00:00.000000000Z'],
    ['now/w', '2026-11-16T00:00:00.000000000Z'],
    ['now/M', '2026-11-01T00:00:00.000000000Z'],
    ['now/y', '2026-01-01T00:00:00.000000000Z'],
    ['now-1M', '2026-10-22T10:41:07.500000000Z'],
    ['now-9M/d', '2026-02-22T00:00:00.000000000Z'],
    ['now/M-1d-9M', '2026-01-31T00:00:00.000000000Z'],
    ['now/M-1d+4M', '2027-02-28T00:00:00.000000000Z'],
    ['now+2y', '2028-11-22T10:41:07.500000000Z'],
  ])('%s → %s', (text, stamp) => {
    expect(parseTime(text, now)).toBe(stamp);
  });

  it.each([
    ['', /^`` is not a time/, /now-15m/],
    ['yesterday', /is not a time/, /^Write `now-1d\/d`\.$/],
    ['15m', /is not a time/, /^Write `now-15m`\.$/],
    ['-15m', /is not a time/, /^Write `now-15m`\.$/],
    ['now-15', /is not a time/, /units: ms s m h d w M y/],
    ['NOW', /is not a time/, /^Write `now`/],
    ['2026-02-30', /is not a time/, /now-15m/],
    ['2026-11-22T24:00', /is not a time/, /now-15m/],
    ['2026-11-22T10:41:60', /is not a time/, /now-15m/],
    ['2026-11-22T10:41:07 02:00', /is not a time/, /`%2B`/],
    ['9'.repeat(400), /years 0000 to 9999/, /./],
    ['now-999999999y', /years 0000 to 9999/, /./],
    ['now+9000y', /years 0000 to 9999/, /./],
    ['0000-01-01T00:00+01:00', /years 0000 to 9999/, /./],
  ])('%s is refused with a way out', (text, message, hint) => {
    const error = errorOf(() => parseTime(text, now));
    expect(error.code).toBe('bad_parameter');
    expect(error.message).toMatch(message);
    expect(error.toBody().error.hint).toMatch(hint);
  });
});

it.each([
  ['2026', '2027-01-01T00:00:00.000000000Z'],
  ['2026-02', '2026-03-01T00:00:00.000000000Z'],
  ['2026-11-22', '2026-11-23T00:00:00.000000000Z'],
  ['2026-11-22T10:41', '2026-11-22T10:42:00.000000000Z'],
  ['2026-11-22T10:41:07', '2026-11-22T10:41:08.000000000Z'],
  ['2026-11-22T10:41:07.5', '2026-11-22T10:41:07.500000000Z'],
  ['now', '2026-11-22T10:41:07.500000000Z'],
  ['now/w', '2026-11-23T00:00:00.000000000Z'],
  ['now/d-1h', '2026-11-21T23:00:00.000000000Z'],
  ['9999-12-31', '9999-12-31T23:59:59.999000000Z'],
])('%s reaches to %s', (text, to) => {
  expect(parseSpan(text, now).to).toBe(to);
});

describe('resolveRange', () => {
  it('is the last 15 minutes by default', () => {
    const range = { from: '2026-11-22T10:26:07.500000000Z', to: '2026-11-22T10:41:07.500000000Z' };
    expect(resolveRange({}, now)).toEqual(range);
  });

  it.each([
    [{ from: 'now', to: 'now-1h' }, /^`from` \(.*\) must be before `to` \(.*\)\.$/, /^Exchange/],
    [{ from: 'now', to: 'now' }, /must be before/, /^Make the range longer/],
    [{ from: 'x' }, /^`from`: `x` is not a time\.$/, /now-15m/],
    [{ to: '15m' }, /^`to`: `15m` is not a time\.$/, /now-15m/],
  ])('%j is refused', (params, message, hint) => {
    const error = errorOf(() => resolveRange(params, now));
    expect(error.code).toBe('bad_parameter');
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });
});

describe('any time', () => {
  const moment = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

  it('is read as it was written, in every notation', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: -14 * 60, max: 14 * 60 }), (date, offset) => {
        const stamp = toStamp(date.getTime());
        const shifted = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const zone = [hours, minutes].map(n => String(n).padStart(2, '0')).join(':');
        expect(parseTime(stamp, now)).toBe(stamp);
        expect(parseTime(date.toISOString(), now)).toBe(stamp);
        expect(parseTime(`${shifted}${offset < 0 ? '-' : '+'}${zone}`, now)).toBe(stamp);
        expect(parseTime('now', date)).toBe(stamp);
      }),
    );
  });

  it('lies within what it is rounded to, and a step there and back is no step', () => {
    const unit = fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w', 'M', 'y');
    fc.assert(
      fc.property(moment, unit, fc.nat(500), (date, unit, count) => {
        const stamp = toStamp(date.getTime());
        const { from, to } = parseSpan(`now/${unit}`, date);
        expect(from <= stamp && stamp < to).toBe(true);
        expect(parseTime(`now/${unit}/${unit}`, date)).toBe(from);
        if (unit !== 'M' && unit !== 'y')
          expect(parseTime(`now-${count}${unit}+${count}${unit}`, date)).toBe(stamp);
      }),
    );
  });

  it('is a stamp or bad_parameter, whatever the text', () => {
    const piece = fc.constantFrom(
      'now',
      '-',
      '+',
      '/',
      '1',
      '31',
      '2026',
      ':',
      'T',
      '.',
      'Z',
      'd',
      'M',
      'ms',
      ' ',
      '02',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map(pieces => pieces.join('')),
    );
    fc.assert(
      fc.property(text, text => {
        try {
          return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(parseTime(text, now));
        } catch (error) {
          return error instanceof QuaylogError && error.code === 'bad_parameter';
        }
      }),
      { numRuns: 500 },
    );
  });
});
