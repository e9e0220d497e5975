import { describe, expect, it } from 'vitest';
import { exposureOf, parseEngineAddress } from './engine-address.ts';

describe('the address of an engine', () => {
  it.each([
    ['unix:///var/run/docker.sock', '1', { socketPath: '/var/run/docker.sock' }],
    ['tcp://host:1234', '', { host: 'host', port: 1234, tls: false }],
    ['tcp://host', '', { host: 'host', port: 2375, tls: false }],
    ['tcp://host', '0', { host: 'host', port: 2375, tls: false }],
    ['tcp://host', '1', { host: 'host', port: 2376, tls: true }],
    ['tcp://host:80', '', { host: 'host', port: 80, tls: false }],
    ['tcp://[::1]:2375/', '', { host: '::1', port: 2375, tls: false }],
    ['https://host', '', { host: 'host', port: 443, tls: true }],
    ['https://host:2376', '0', { host: 'host', port: 2376, tls: true }],
  ])('%s with DOCKER_TLS_VERIFY=%s', (dockerHost, verify, address) => {
    expect(parseEngineAddress(dockerHost, verify)).toEqual(address);
  });

  it.each([
    '',
    'docker.sock',
    'unix://',
    'http://host:1',
    'npipe:////./pipe/docker_engine',
    'tcp://',
    'tcp://host:99999',
    'tcp://host:1/path',
    'tcp://user:secret@host:1',
    'https://host?x=1',
  ])('is not %j', dockerHost => {
    expect(() => parseEngineAddress(dockerHost)).toThrow(/unix:\/\/\/path.*tcp:\/\/host:port/);
  });

  it('is never one by ssh, and says what to do instead', () => {
    expect(() => parseEngineAddress('ssh://root@host')).toThrow(/Run a collector on that host/);
  });

  it.each([
    ['unix:///docker.sock', '', false],
    ['tcp://127.0.0.1:2375', '', false],
    ['tcp://localhost:2375', '', false],
    ['tcp://[::1]:2375', '', false],
    ['tcp://10.0.0.7:2375', '1', false],
    ['tcp://10.0.0.7:2375', '', true],
    ['tcp://127.example.org:2375', '', true],
  ])('%s with DOCKER_TLS_VERIFY=%s is open to the network: %s', (dockerHost, verify, isOpen) => {
    expect(exposureOf(parseEngineAddress(dockerHost, verify)) !== null).toBe(isOpen);
  });
});
