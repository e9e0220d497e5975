import { describe, expect, it } from 'vitest';
import { createdOf, createdOfCommonLog } from './app-time.ts';

describe('times that applications write', () => {
  it.each([
    ['2026-11-22T10:41:07Z', '2026-11-22T10:41:07Z'],
    ['2026-11-22T10:41:07.123456789Z', '2026-11-22T10:41:07.123456789Z'],
    ['2026-11-22T10:41:07+01:00', '2026-11-22T10:41:07+01:00'],
    ['2026-11-22 10:41:07,123 +0100', '2026-11-22T10:41:07.123+01:00'],
    ['2026-11-22 10:41:07.123 UTC', '2026-11-22T10:41:07.123Z'],
    [1795344067, '2026-11-22T10:41:07.000Z'],
    [1795344067.123, '2026-11-22T10:41:07.123Z'],
    [1795344067123, '2026-11-22T10:41:07.123Z'],
    [1795344067123456, '2026-11-22T10:41:07.123Z'],
    ['1795344067123456789', '2026-11-22T10:41:07.123Z'],
    ['2026-11-22T10:41:07', undefined],
    ['2026-11-22 10:41:07 CET', undefined],
    ['2026-02-31T10:41:07Z', undefined],
    ['2026-11-22T24:41:07Z', undefined],
    ['0001-01-01T00:00:00Z', undefined],
    ['10:41:07', undefined],
    [12, undefined],
    [-1795344067, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [true, undefined],
  ])('%j → %s', (value, created) => {
    expect(createdOf(value)).toBe(created);
  });

  it.each([
    ['22/Nov/2026:10:41:07 +0100', '2026-11-22T10:41:07+01:00'],
    ['22/Nov/2026:10:41:07 +0100', '2026-11-22T10:41:07+01:00'],
    ['31/Feb/2026:10:41:07 +0000', undefined],
    ['22/Foo/2026:10:41:07 +0000', undefined],
    ['22/Nov/2026 10:41:07', undefined],
  ])('in access logs: %s → %s', (text, created) => {
    expect(createdOfCommonLog(text)).toBe(created);
  });
});
