import { describe, expect, test, vi } from 'vitest';
import { ensureDebianPackages } from './debian-packages.ts';

describe('ensureDebianPackages', () => {
  test('is silent when all is there', () => {
    const stderr = vi.spyOn(process.stderr, 'write');
    expect(() => ensureDebianPackages([], 'nothing')).not.toThrow();
    expect(stderr).not.toHaveBeenCalled();
    stderr.mockRestore();
  });

  test('names what is missing and what for, when it may not install', () => {
    const getuid = vi.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(() => ensureDebianPackages(['no-such-package'], 'the demo')).toThrow(
      /the demo needs .*no-such-package/,
    );
    getuid.mockRestore();
  });
});
