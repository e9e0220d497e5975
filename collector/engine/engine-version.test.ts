import { describe, expect, it } from 'vitest';
import { agreeOnVersion } from './engine-version.ts';

describe('the API version', () => {
  it.each([
    ['1.41', '1.12', '1.41'],
    ['1.52', '1.44', '1.52'],
    ['1.54', '1.44', '1.53'],
    ['1.70', '1.60', '1.60'],
    ['1.41', undefined, '1.41'],
    ['2.0', '1.44', '1.53'],
  ])('of an engine that speaks up to %s, down to %s, is %s', (newest, oldest, agreed) => {
    expect(agreeOnVersion(newest, oldest)).toBe(agreed);
  });

  it.each([
    ['1.24', 'too_old'],
    ['1.40', 'too_old'],
    [undefined, 'refused'],
    ['latest', 'refused'],
  ])('of an engine that speaks up to %s is none', (newest, code) => {
    expect(() => agreeOnVersion(newest, '1.12')).toThrow(expect.objectContaining({ code }) as Error);
  });
});
