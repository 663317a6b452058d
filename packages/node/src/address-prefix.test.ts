import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefixOfAddress } from './address-prefix.ts';

describe('REG27: the prefix of an address', () => {
  it.each([
    ['/ip4/203.0.113.7/udp/4701/quic-v1', '203.0'],
    ['/ip4/203.0.250.1/tcp/9', '203.0'],
    ['/ip6/2a01:4f8:c0c:1::1/udp/4701/quic-v1', '2a01:4f8'],
    ['/ip6/2A01:04F8::2/tcp/1', '2a01:4f8'],
    ['/ip6/2a01::2/tcp/1', '2a01:0'],
    ['/ip6/::ffff:203.0.113.7/tcp/1', '203.0'],
    ['/ip4/172.32.0.1/tcp/1', '172.32'],
    ['/ip4/100.128.0.1/tcp/1', '100.128'],
  ])('%s stands in %s', (address, prefix) => {
    expect(prefixOfAddress(address)).toBe(prefix);
  });

  it.each([
    '/ip4/127.0.0.1/tcp/1', '/ip4/10.3.4.5/tcp/1', '/ip4/192.168.1.9/tcp/1', '/ip4/172.31.0.1/tcp/1', '/ip4/169.254.1.1/tcp/1',
    '/ip4/100.127.0.1/tcp/1', '/ip4/0.0.0.0/tcp/1', '/ip6/::1/tcp/1', '/ip6/::/tcp/1', '/ip6/fd12:3456::1/tcp/1', '/ip6/fe80::1%eth0/tcp/1',
    '/ip6/::ffff:10.0.0.1/tcp/1', '/dns4/example.org/tcp/1', '/memory/3', '/ip4/300.1.1.1/tcp/1', '/ip4', '',
  ])('%s stands nowhere', (address) => {
    expect(prefixOfAddress(address)).toBeUndefined();
  });

  it('is found, or not, in any text without a throw', () => {
    fc.assert(fc.property(fc.string(), fc.constantFrom('', '/ip4/', '/ip6/', '/ip6/::'), (text, head) => {
      expect(['string', 'undefined']).toContain(typeof prefixOfAddress(head + text));
    }));
    fc.assert(fc.property(fc.ipV4(), fc.ipV6(), (four, six) => {
      expect(prefixOfAddress(`/ip4/${four}/tcp/1`) ?? '0.0').toMatch(/^\d+\.\d+$/);
      expect(prefixOfAddress(`/ip6/${six}/tcp/1`) ?? '0:0').toMatch(/^(?:[\da-f]+:[\da-f]+|\d+\.\d+)$/);
    }));
  });
});
