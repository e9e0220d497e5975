import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpAnswer } from './http-answer.ts';

/** What is read of an answer that comes in these pieces. */
function read(pieces: Buffer[]): { status: number; body: string; isEnded: boolean; isWhole: boolean } {
  const answer = new HttpAnswer();
  const body = pieces.map(piece => answer.take(Buffer.from(piece)).toString('latin1')).join('');
  return { status: answer.status, body, isEnded: answer.isEnded, isWhole: answer.isWhole };
}

const one = (text: string) => read([Buffer.from(text, 'latin1')]);

function cut(bytes: Buffer, at: number[]): Buffer[] {
  const places = [...new Set(at.map(place => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length].map((place, i) => bytes.subarray(i === 0 ? 0 : places[i - 1], place));
}

const chunk = (body: Buffer, extension: string): Buffer =>
  Buffer.concat([Buffer.from(`${body.length.toString(16)}${extension}\r\n`), body, Buffer.from('\r\n')]);

const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map(body => Buffer.from(body));
const extension = fc.constantFrom('', ';a=b', ' ; c', '  ');
const trailers = fc.constantFrom('', 'X-Sum: 1\r\n', 'A: b\r\nC: d\r\n');
const places = fc.array(fc.nat(5_000), { maxLength: 40 });

describe('an answer', () => {
  it('in chunks is the same however its bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes, extension)), trailers, places, (chunks, trailer, at) => {
        const head = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        const body = chunks.map(([piece, more]) => chunk(piece, more));
        const whole = Buffer.concat([head, ...body, Buffer.from(`0\r\n${trailer}\r\n`)]);
        expect(read(cut(whole, at))).toEqual({
          status: 200,
          body: Buffer.concat(chunks.map(([piece]) => piece)).toString('latin1'),
          isEnded: true,
          isWhole: true,
        });
        const unfinished = read(cut(whole.subarray(0, -1), at));
        expect([unfinished.isEnded, unfinished.isWhole]).toEqual([false, false]);
      }),
    );
  });

  it('of a known length, or until the end, is the same however its bytes are cut', () => {
    fc.assert(
      fc.property(bytes, fc.boolean(), places, (body, isCounted, at) => {
        const length = isCounted ? `Content-Length: ${body.length}\r\n` : '';
        const whole = Buffer.concat([Buffer.from(`HTTP/1.0 200 OK\r\nA: b\r\n${length}\r\n`), body]);
        const expected = { status: 200, body: body.toString('latin1'), isEnded: isCounted, isWhole: true };
        expect(read(cut(whole, at))).toEqual(expected);
        expect(read(cut(whole.subarray(0, -1), at)).isWhole).toBe(!isCounted);
      }),
    );
  });

  it.each([
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', /damaged/],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n', /damaged/],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n', /damaged/],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n', /damaged/],
    [`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'1'.repeat(5_000)}`, /damaged/],
    ['SSH-2.0-OpenSSH_9.2\r\n\r\n', /does not speak HTTP/],
    ['x'.repeat(64 * 1024), /does not speak HTTP/],
  ])('is none: %#', (text, complaint) => {
    expect(() => one(text)).toThrow(complaint);
  });

  it('takes nothing behind its end', () => {
    expect(one('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc').body).toBe('ab');
    expect(one('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nmore').body).toBe(
      'ab',
    );
  });

  it('is not whole without its headers', () => {
    expect(one('HTTP/1.1 200 OK\r\n')).toEqual({ status: 0, body: '', isEnded: false, isWhole: false });
  });
});
