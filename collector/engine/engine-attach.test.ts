import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { attachToEngine } from './engine-attach.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const PATH = `/v1.44/containers/${'a'.repeat(64)}/attach/ws?stream=1&stdin=0&stdout=1&stderr=0`;
const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach(server => server.close()));

/** Answers the first request with what `answer` makes of its key; what else it is sent is kept. */
async function engineThat(answer: (socket: Socket, accept: string) => void) {
  const sent: Buffer[] = [];
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    socket.once('data', request => {
      const key = /^sec-websocket-key: (.+)\r$/im.exec(request.toString())?.[1] ?? '';
      socket.on('data', bytes => sent.push(bytes));
      answer(
        socket,
        createHash('sha1')
          .update(key + GUID)
          .digest('base64'),
      );
    });
  });
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const attach = async (signal: AbortSignal = new AbortController().signal) => {
    let text = '';
    let opened = 0;
    const isEnded = await attachToEngine({
      address: { host: '127.0.0.1', port, tls: false },
      certificates: null,
      path: PATH,
      signal,
      onOpen: () => (opened += 1),
      onBytes: bytes => (text += bytes.toString()),
    });
    return { text, opened, isEnded };
  };
  return { attach, sent };
}

const switched = (accept: string) =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
const frame = (first: number, text: string) =>
  Buffer.concat([Buffer.from([first, text.length]), Buffer.from(text)]);

describe('an attached output', () => {
  it('gives what is printed until the engine says that this was all', async () => {
    const { attach, sent } = await engineThat((socket, accept) => {
      socket.write(Buffer.concat([Buffer.from(switched(accept)), frame(0x82, 'one\n')]));
      socket.end(Buffer.concat([frame(0x82, 'two\n'), frame(0x88, '\x03\xe8')]));
    });
    expect(await attach()).toEqual({ text: 'one\ntwo\n', opened: 1, isEnded: true });
    expect(Buffer.concat(sent)).toEqual(Buffer.alloc(0));
  });

  it('has not ended where it was cut', async () => {
    const { attach } = await engineThat((socket, accept) => {
      socket.write(switched(accept));
      socket.end(frame(0x82, 'one\n'));
    });
    expect(await attach()).toEqual({ text: 'one\n', opened: 1, isEnded: false });
  });

  it('ends when it is aborted', async () => {
    const stop = new AbortController();
    const { attach } = await engineThat((socket, accept) => {
      socket.write(switched(accept));
      setImmediate(() => stop.abort());
    });
    expect(await attach(stop.signal)).toMatchObject({ isEnded: false });
  });

  it('answers a ping with its bytes, masked, and sends nothing else', async () => {
    const { attach, sent } = await engineThat((socket, accept) => {
      socket.write(Buffer.concat([Buffer.from(switched(accept)), frame(0x89, 'ping')]));
      socket.on('data', () => socket.end(frame(0x88, '')));
    });
    await attach();
    const [head = 0, length = 0, ...rest] = Buffer.concat(sent);
    expect([head, length]).toEqual([0x8a, 0x84]);
    const [mask, masked] = [rest.slice(0, 4), rest.slice(4)];
    expect(Buffer.from(masked.map((byte, i) => byte ^ (mask[i] ?? 0))).toString()).toBe('ping');
  });

  it.each([
    [404, '{"message":"No such container: x"}', 'not_found', 'No such container'],
    [404, 'page not found', 'unreadable', 'cannot be attached to'],
    [409, '{"message":"container x is paused"}', 'refused', 'is paused'],
    [403, '<html>', 'not_allowed', 'must allow GET /containers/{id}/attach/ws'],
    [500, '{"message":"broken"}', 'refused', 'broken'],
    [200, '{}', 'refused', 'cannot be attached to'],
  ])('that is refused with %i %s is an error: %s', async (...[status, body, code, words]) => {
    const { attach } = await engineThat(socket => {
      socket.write(`HTTP/1.1 ${status} No\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    await expect(attach()).rejects.toMatchObject({ code, message: expect.stringContaining(words) as string });
  });

  it.each([
    ['switches to something else', switched('bm90IHRoZSBvbmU=')],
    ['does not speak HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ])('is not taken from what %s', async (_, answer) => {
    const { attach } = await engineThat(socket => socket.write(answer));
    await expect(attach()).rejects.toMatchObject({ code: 'broken_stream' });
  });
});
