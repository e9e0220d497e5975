import { expect, test } from 'vitest';
import { exitMeaning } from './exit-code.ts';

test.each([
  [0, '0 = ended by itself, without an error'],
  [3, '3 = an error of the application’s own'],
  [127, '127 = its command was not found'],
  [137, '137 = SIGKILL: killed at once, without a chance to clean up'],
  [139, '139 = SIGSEGV: memory access outside its own'],
  [143, '143 = SIGTERM: asked to end'],
  [128 + 40, '168 = killed by signal 40'],
  [200, '200 = an error of the application’s own'],
  [255, '255 = the application answered −1, or the engine lost sight of it'],
])('%i in words', (code, words) => {
  expect(exitMeaning(code)).toBe(words);
});
