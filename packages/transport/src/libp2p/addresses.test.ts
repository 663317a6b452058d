import { expect, test } from 'vitest';
import { hostAndPort, isLoopback, parseAddress } from './addresses.ts';

const peer = '12D3KooWDKD4UHxwgtCa2HLvU1seA8VBnpnwtFrGs1ifPm7DQnZL';

test('addresses of both wires are taken apart, with and without an identity', () => {
  const quic = parseAddress(`/ip4/10.1.2.3/udp/4001/quic-v1/p2p/${peer}`);
  expect([quic?.wire, String(quic?.address), quic?.peer]).toEqual(['quic', '/ip4/10.1.2.3/udp/4001/quic-v1', peer]);
  const tcp = parseAddress('/dns4/example.org/tcp/4001');
  expect([tcp?.wire, String(tcp?.address), tcp?.peer]).toEqual(['tcp', '/dns4/example.org/tcp/4001', undefined]);
});

test('what we do not speak is no address', () => {
  const hosted = ['', '/udp/5', '/tcp/5/ws', '/udp/5/quic', '/tcp/99999'].map((rest) => `/ip4/1.2.3.4${rest}`);
  const texts = ['', 'nonsense', '/ip4/999.2.3.4/tcp/5', '/memory/1', `/p2p/${peer}`, ...hosted];
  expect(texts.filter((text) => parseAddress(text) !== undefined)).toEqual([]);
});

test('host and port are read from IP addresses of both families', () => {
  const read = (text: string): unknown => hostAndPort(parseAddress(text)?.address as never);
  expect(read('/ip6/::1/udp/7/quic-v1')).toEqual({ host: '::1', port: 7 });
  expect([isLoopback('/ip6/::1/tcp/1'), isLoopback('/ip4/127.0.0.9/tcp/1'), isLoopback('/ip4/0.0.0.0/tcp/1')]).toEqual([
    true, true, false,
  ]);
});
