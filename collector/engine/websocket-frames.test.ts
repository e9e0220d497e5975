import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WebsocketFrames } from './websocket-frames.ts';

type Frame = { first: number; payload: Buffer };
const [FIN, CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0x80, 0, 1, 2, 8, 9, 10];

/** As RFC 6455 §5.2 draws it, with as many bytes for the length as it wants, or more. */
function encode({ first, payload }: Frame, lengthBytes = 0): Buffer {
  const { length } = payload;
  if (lengthBytes <= 0 && length < 126) return Buffer.concat([Buffer.from([first, length]), payload]);
  if (lengthBytes <= 2 && length < 65_536) {
    const header = Buffer.from([first, 126, 0, 0]);
    header.writeUInt16BE(length, 2);
    return Buffer.concat([header, payload]);
  }
  const header = Buffer.alloc(10);
  header.set([first, 127]);
  header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

/** Feeds each chunk from one reused buffer, as the socket does. */
function decode(bytes: Buffer, cuts: number[] = []) {
  const payloads: Buffer[] = [];
  const pings: string[] = [];
  const frames = new WebsocketFrames({
    onPayload: part => payloads.push(Buffer.from(part)),
    onPing: payload => pings.push(payload.toString('latin1')),
  });
  const edges = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const reused = Buffer.alloc(bytes.length);
  let from = 0;
  for (const to of [...edges, bytes.length]) {
    frames.take(reused.subarray(0, bytes.copy(reused, 0, from, to)));
    reused.fill(0xff);
    from = to;
  }
  return { text: Buffer.concat(payloads).toString('latin1'), pings, isClosed: frames.isClosed };
}

const bytesOf = (maxLength: number) => fc.uint8Array({ maxLength }).map(bytes => Buffer.from(bytes));
const control = fc.record({ kind: fc.constantFrom(PING, PONG), payload: bytesOf(125) });
/** A message in pieces, with control frames between them. */
const message = fc.record({
  kind: fc.constantFrom(TEXT, BINARY),
  pieces: fc.array(
    fc.record({ payload: bytesOf(300), lengthBytes: fc.constantFrom(0, 2, 8), before: fc.option(control) }),
    {
      minLength: 1,
      maxLength: 5,
    },
  ),
});

describe('websocket frames', () => {
  it('give the same bytes and pings wherever their bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.boolean(),
        (messages, cuts, ends) => {
          const parts: Buffer[] = [];
          let text = '';
          const pings: string[] = [];
          for (const { kind, pieces } of messages)
            for (const [i, { payload, lengthBytes, before }] of pieces.entries()) {
              if (before !== null) parts.push(encode({ first: FIN | before.kind, payload: before.payload }));
              if (before?.kind === PING) pings.push(before.payload.toString('latin1'));
              const opcode = i === 0 ? kind : CONTINUATION;
              parts.push(
                encode({ first: (i === pieces.length - 1 ? FIN : 0) | opcode, payload }, lengthBytes),
              );
              text += payload.toString('latin1');
            }
          if (ends)
            parts.push(
              encode({ first: FIN | CLOSE, payload: Buffer.from([3, 232]) }),
              Buffer.from('what follows is nothing'),
            );
          expect(decode(Buffer.concat(parts), cuts)).toEqual({ text, pings, isClosed: ends });
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('need no room for what they announce', () => {
    const announced = encode({ first: FIN | BINARY, payload: Buffer.alloc(70_000, 'x') }, 8).subarray(
      0,
      1_000,
    );
    announced.writeBigUInt64BE(BigInt(Number.MAX_SAFE_INTEGER), 2);
    expect(decode(announced)).toEqual({ text: 'x'.repeat(990), pings: [], isClosed: false });
  });

  it.each([
    ['a masked frame', [FIN | TEXT, 0x81, 1, 2, 3, 4, 5]],
    ['a reserved bit', [FIN | 0x40 | TEXT, 0]],
    ['an unknown kind', [FIN | 3, 0]],
    ['a continuation of nothing', [FIN | CONTINUATION, 0]],
    ['a message within a message', [TEXT, 0, FIN | TEXT, 0]],
    ['a ping in pieces', [PING, 0]],
    ['a ping that is too long', [FIN | PING, 126, 0, 126]],
    ['a length beyond all numbers', [FIN | BINARY, 127, 0x80, 0, 0, 0, 0, 0, 0, 1]],
  ])('are refused with %s', (_, bytes) => {
    expect(() => decode(Buffer.from(bytes))).toThrow(
      expect.objectContaining({ code: 'broken_stream' }) as Error,
    );
  });
});
