import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameReader } from './frames.ts';

type Frame = { type: number; payload: string };

const encode = (frames: Frame[]) =>
  Buffer.concat(
    frames.map(({ type, payload }) => {
      const body = Buffer.from(payload, 'latin1');
      const header = Buffer.from([type, 0, 0, 0, 0, 0, 0, 0]);
      header.writeUInt32BE(body.length, 4);
      return Buffer.concat([header, body]);
    }),
  );

/** Feeds each chunk from one reused buffer, as the socket does. */
function decode(bytes: Buffer, cuts: number[]): Frame[] {
  const reader = createFrameReader();
  const frames: Frame[] = [];
  const edges = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const reused = Buffer.alloc(bytes.length);
  let from = 0;
  for (const to of [...edges, bytes.length]) {
    const chunk = reused.subarray(0, bytes.copy(reused, 0, from, to));
    reader.push(chunk);
    while (reader.next())
      frames.push({ type: reader.type, payload: reader.bytes.toString('latin1', reader.start, reader.end) });
    reused.fill(0xff);
    from = to;
  }
  return frames;
}

const anyFrame = fc.record({
  type: fc.constantFrom(0, 1, 2, 3),
  payload: fc.string({ unit: 'binary-ascii', maxLength: 300 }),
});

describe('frames', () => {
  it('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(anyFrame), fc.array(fc.nat(20_000), { maxLength: 60 }), (frames, cuts) => {
        expect(decode(encode(frames), cuts)).toEqual(frames);
      }),
    );
  });

  it('hold payloads larger than many chunks', () => {
    const frames = [
      { type: 1, payload: 'x'.repeat(300_000) },
      { type: 2, payload: 'y' },
    ];
    const cuts = Array.from({ length: 300 }, (_, i) => i * 1_000);
    expect(decode(encode(frames), cuts)).toEqual(frames);
  });

  it.each([
    ['an unknown type', Buffer.from([9, 0, 0, 0, 0, 0, 0, 1, 65])],
    ['a header with text in it', Buffer.from('2026-11-22T10:41:07')],
    ['an absurd length', Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])],
  ])('stop at %s and say so', (_, bytes) => {
    const reader = createFrameReader();
    reader.push(Buffer.concat([encode([{ type: 1, payload: 'good' }]), bytes]));
    expect(reader.next()).toBe(true);
    expect(reader.next()).toBe(false);
    expect(reader.outOfStep).toBe(true);
    reader.push(encode([{ type: 1, payload: 'after' }]));
    expect(reader.next()).toBe(false);
  });
});
