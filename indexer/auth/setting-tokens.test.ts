import { expect, test } from 'vitest';
import { parseSettingTokens } from './setting-tokens.ts';

const token = 'a='.repeat(12);

test.each([
  ['', []],
  [`web=${token}`, [{ host: 'web', token }]],
  [
    ` web = ${token} , db=${token}x,`,
    [
      { host: 'web', token },
      { host: 'db', token: `${token}x` },
    ],
  ],
  [`*=${token}`, [{ host: '*', token }]],
])('%j', (text, expected) => {
  expect(parseSettingTokens(text)).toEqual(expected);
});

test.each([
  [token.replaceAll('=', ''), /part 1/],
  [`web=${token},=${token}`, /part 2/],
  ['web=hunter2', /token of web has fewer than 20/],
])('%j is a mistake, and the token is not repeated', (text, mistake) => {
  const parsed = parseSettingTokens(text);
  expect(parsed).toEqual({ mistake: expect.stringMatching(mistake) as string });
  expect(JSON.stringify(parsed)).not.toMatch(/hunter2|a=a=|aaaa/);
});
