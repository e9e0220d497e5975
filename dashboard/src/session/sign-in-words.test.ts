import { expect, test } from 'vitest';
import { ApiError } from '../api/client.ts';
import { failureInWords } from './sign-in-words.ts';

const error = (status: number, hint?: string) =>
  new ApiError(status, { code: 'x', message: 'It failed.', ...(hint === undefined ? {} : { hint }) });

test.each([
  [error(401, 'Sign in.'), 0, 'This is not the password.'],
  [error(429), 26_400, 'Too many tries. Try again in 27 s.'],
  [error(429), 0, 'Too many tries were made. You can try again now.'],
  [error(403, 'Open it elsewhere.'), 0, 'It failed. Open it elsewhere.'],
  [error(500), 0, 'It failed.'],
])('%o after %i ms', (failure, waitMs, words) => expect(failureInWords(failure, waitMs)).toBe(words));
