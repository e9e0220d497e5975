import { createServer, type Server } from 'node:http';
import type { LookupAddress } from 'node:dns';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createGuard } from './guard.ts';
import { createPost } from './notifier/post.ts';

describe('an address is judged', () => {
  const { judge } = createGuard([]);
  test.each([
    // This machine
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '0.1.2.3',
    '::1',
    '::',
    // Private, shared, local
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.1.1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fec0::1',
    // Metadata services
    '169.254.169.254',
    'fd00:ec2::254',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fd20:ce::254',
    // Multicast, broadcast, reserved, documentation
    '224.0.0.1',
    '239.1.1.1',
    '255.255.255.255',
    '240.0.0.1',
    'ff02::1',
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.1',
    '198.18.0.1',
    '2001:db8::1',
    '3fff::1',
    '100::1',
    // IPv4 inside IPv6
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:169.254.169.254',
    '::127.0.0.1',
    '::7f00:1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2002:a9fe:a9fe::',
    '2001::1',
    '5f00::1',
    // Not addresses
    '',
    'localhost',
    '127.0.0.1.evil',
    '1.2.3.4/8',
  ])('%s is refused', address => {
    expect(judge(address).isAllowed).toBe(false);
  });

  test.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:1.1.1.1'])(
    '%s is public',
    address => {
      expect(judge(address)).toEqual({ isAllowed: true });
    },
  );

  test.each<[string, string, boolean]>([
    ['127.0.0.1/32', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1/32', '::ffff:127.0.0.1', true],
    ['127.0.0.1/32', '127.0.0.2', false],
    ['127.0.0.1/32', '::1', false],
    ['10.0.0.0/8', '10.9.8.7', true],
    ['10.0.0.0/8', '64:ff9b::10.9.8.7', false],
    ['::1/128', '::1', true],
    ['0.0.0.0/0', '192.168.0.1', true],
    ['0.0.0.0/0', '169.254.169.254', false],
    ['169.254.0.0/16', '169.254.169.254', false],
    ['::/0', '::ffff:169.254.169.254', false],
    ['::/0', '64:ff9b::169.254.169.254', false],
    ['::/0', '2002:a9fe:a9fe::', false],
    ['fd00::/8', 'fd00:ec2::254', false],
  ])('with %s allowed, %s passes: %s', (cidr, address, isAllowed) => {
    expect(createGuard([cidr]).judge(address).isAllowed).toBe(isAllowed);
  });

  test.each(['10.0.0.0/33', 'localhost', '10.0.0/8/8', '*'])('%s is no CIDR and is named', cidr => {
    expect(() => createGuard([cidr])).toThrow(cidr);
  });
});

describe('a connection is refused before anything is sent', () => {
  let canary: Server;
  let port = 0;
  let connections = 0;
  beforeAll(async () => {
    canary = createServer((_request, response) => response.end('hello'));
    canary.on('connection', () => connections++);
    await new Promise<void>(resolve => canary.listen(0, '::', resolve));
    port = (canary.address() as AddressInfo).port;
  });
  beforeEach(() => {
    connections = 0;
  });
  afterAll(() => {
    canary.closeAllConnections();
    canary.close();
  });

  type Resolve = NonNullable<Parameters<typeof createGuard>[1]>;
  async function post(url: string, options: { allow?: string[]; resolve?: Resolve } = {}) {
    const agent = createGuard(options.allow ?? [], options.resolve).createAgent();
    const attempt = await createPost(agent, () => new Date(), 2_000)({ url, headers: {}, body: '{}' });
    await agent.destroy();
    return attempt;
  }
  /** A name server whose answers follow one another. */
  const answering = (...answers: string[][]): Resolve => {
    let calls = 0;
    return (_host, _options, done) => {
      const addresses = answers[Math.min(calls++, answers.length - 1)] ?? [];
      done(
        null,
        addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
  };

  test.each([
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0x7f.1',
    '017700000001',
    '0',
    '0.0.0.0',
    '127.0.0.1.',
    '%31%32%37.0.0.1',
    '１２７.0.0.1',
    '127。0。0。1',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    'localhost',
    'LOCALHOST',
    'user:password@127.0.0.1',
    'example.com@127.0.0.1',
  ])('http://%s/', async host => {
    expect(await post(`http://${host}:${port}/`)).toMatchObject({ kind: 'refused' });
    expect(connections).toBe(0);
  });

  test.each([
    ['a name that means this machine', [['127.0.0.1', '::1']]],
    ['a name with only forbidden addresses', [['10.0.0.1', '::1', '::ffff:127.0.0.1']]],
    ['a name that means the metadata service', [['169.254.169.254']]],
  ])('%s', async (_name, answers) => {
    const attempt = await post(`http://hook.test:${port}/`, { resolve: answering(...answers) });
    expect(attempt).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('hook.test') as string,
    });
    expect(connections).toBe(0);
  });

  test('a name that answers something else the second time is judged each time', async () => {
    const resolve = answering(['127.0.0.2'], ['127.0.0.1']);
    const agent = createGuard(['127.0.0.2/32'], resolve).createAgent();
    const send = createPost(agent, () => new Date(), 2_000);
    const request = { url: `http://hook.test:${port}/`, headers: {}, body: '{}' };
    expect(await send(request)).toMatchObject({ kind: 'answered' });
    expect(await send(request)).toMatchObject({ kind: 'refused' });
    expect(connections).toBe(1);
    await agent.destroy();
  });

  test('a redirect to a forbidden address is not followed', async () => {
    const bouncer = createServer((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end(),
    );
    await new Promise<void>(resolve => bouncer.listen(0, '127.0.0.3', resolve));
    const url = `http://127.0.0.3:${(bouncer.address() as AddressInfo).port}/`;
    expect(await post(url, { allow: ['127.0.0.3/32'] })).toMatchObject({ statusCode: 307 });
    expect(connections).toBe(0);
    bouncer.closeAllConnections();
    bouncer.close();
  });

  test('an allowed address is reached, also by name among others that are not', async () => {
    const allow = ['127.0.0.1/32'];
    expect(await post(`http://127.0.0.1:${port}/`, { allow })).toMatchObject({ kind: 'answered' });
    const resolve = answering(['::1', '127.0.0.1']);
    expect(await post(`http://hook.test:${port}/`, { allow, resolve })).toMatchObject({ kind: 'answered' });
  });
});
