import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, isLoopbackAddress, parseAddress, type ListenAddress } from './addresses.ts';

const address: fc.Arbitrary<ListenAddress> = fc.record({
  hostKind: fc.constantFrom('ip4', 'dns4'),
  host: fc.constantFrom('127.0.0.1', 'example.org'),
  wire: fc.constantFrom('quic', 'tcp'),
  port: fc.nat(65_535),
  suffix: fc.constantFrom('', '/p2p/12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust'),
});

describe('an address', () => {
  it('is read as it is written', () => {
    fc.assert(fc.property(address, (one) => {
      expect(parseAddress(formatAddress(one))).toEqual(one);
    }));
  });

  it.each(['', 'localhost:4001', '/ip4/127.0.0.1', '/ip4/127.0.0.1/udp/1', '/ip4/1.2.3.4/tcp/65536', '/ip4/1.2.3.4/tcp/1/ws', '/ip4/1.2.3.4/tcp/1/p2p/0OIl'])(
    'is not %j', (text) => expect(parseAddress(text)).toBeUndefined(),
  );

  it('is on loopback or not', () => {
    expect(['/ip4/127.0.0.1/tcp/1', '/ip4/127.9.9.9/udp/1/quic-v1', '/ip6/::1/tcp/1'].every(isLoopbackAddress)).toBe(true);
    expect(['/ip4/0.0.0.0/tcp/1', '/ip4/10.0.0.1/tcp/1', '/ip6/::/tcp/1', '/dns4/127.evil.org/tcp/1'].some(isLoopbackAddress)).toBe(false);
  });
});
