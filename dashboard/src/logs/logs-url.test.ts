import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeState, DEFAULT_STATE, DETAIL_TABS, encodeState, type LogsState } from './logs-url.ts';

const text = fc.string({ unit: 'grapheme' });
const states: fc.Arbitrary<LogsState> = fc
  .record({
    q: text,
    from: fc.constantFrom('now-15m', 'now-7d', '2026-11-22T10:41:07.123Z'),
    to: fc.constantFrom('now', 'now-1h', '2026-11-22T10:45:00.000Z'),
    live: fc.boolean(),
    events: fc.boolean(),
    line: fc.option(text),
    detail: fc.option(fc.constantFrom(...DETAIL_TABS)),
    facets: fc.boolean(),
    fields: fc.uniqueArray(text),
    folded: fc.uniqueArray(text),
  })
  .map(state => ({
    ...state,
    live: state.live && state.to === 'now',
    detail: state.line === null ? null : state.detail,
  }));

describe('state of the page in the address', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(states, state => {
        expect(decodeState(encodeState(state))).toEqual(state);
      }),
    );
  });

  it('is empty for the page as it opens', () => {
    expect(encodeState(DEFAULT_STATE)).toBe('');
    expect(decodeState('')).toEqual(DEFAULT_STATE);
  });

  it.each([
    ['?q=level%3Aerror&live=off', { q: 'level:error', live: false }],
    ['to=2026-11-22T10:45:00Z', { live: false }],
    ['detail=fields', { detail: null }],
    ['line=abc&detail=nonsense', { line: 'abc', detail: null }],
    ['field=a&field=a&unknown=1', { fields: ['a'] }],
    ['%E0%A4%A&q=%', { q: '%' }],
  ])('reads %s without complaint', (search, expected) => expect(decodeState(search)).toMatchObject(expected));
});
