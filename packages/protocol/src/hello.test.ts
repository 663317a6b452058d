import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateBytes, decodeHello, encodeHello, noCertificate, type Hello } from './hello.ts';
import { helloBytesMax } from './limits.ts';
import { protocolVersion } from './messages.ts';
import { encodeText } from './text.ts';

const exactly = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const hellos: fc.Arbitrary<Hello> = fc.record({
  networkId: exactly(16),
  certificate: exactly(64),
  addresses: fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 4 }),
});
const plain: Hello = {
  networkId: new Uint8Array(16).fill(1),
  certificate: noCertificate,
  addresses: ['/ip4/127.0.0.1/udp/4001/quic-v1'],
};
const plainBytes = encodeHello(plain);
const malformed = { type: 'malformed' };
const typeOf = (addresses: readonly string[]): string => decodeHello(encodeHello({ ...plain, addresses })).type;

function expectCanonical(bytes: Uint8Array): void {
  const decoded = decodeHello(bytes);
  if (decoded.type === 'hello') expect(encodeHello(decoded.hello)).toEqual(bytes);
  if (decoded.type === 'other-version') expect(decoded.version).not.toBe(protocolVersion);
}

describe('a greeting', () => {
  it('NET3: decodes to what was encoded', () => {
    fc.assert(fc.property(hellos, (hello) => {
      expect(decodeHello(encodeHello(hello))).toEqual({ type: 'hello', hello });
    }));
  });

  it('is the version, `mmhi`, the network, the certificate and the addresses', () => {
    const [address = ''] = plain.addresses;
    expect([...plainBytes]).toEqual([
      protocolVersion, ...encodeText('mmhi'), ...plain.networkId, ...noCertificate,
      1, address.length, 0, ...encodeText(address),
    ]);
  });

  it('NET5: is refused if a byte is missing or one is too many', () => {
    for (let length = 0; length < plainBytes.length; length++) {
      expect(decodeHello(plainBytes.subarray(0, length))).toEqual(malformed);
    }
    expect(decodeHello(Uint8Array.of(...plainBytes, 0))).toEqual(malformed);
  });

  it('NET8: of another version is known as such, whatever follows its mark', () => {
    fc.assert(fc.property(fc.nat(255), fc.uint8Array({ maxLength: 99 }), (version, more) => {
      fc.pre(version !== protocolVersion);
      const frame = Uint8Array.of(version, ...encodeText('mmhi'), ...more);
      expect(decodeHello(frame)).toEqual({ type: 'other-version', version });
    }));
  });

  it('NET9: is known by its mark: without it the bytes are no greeting of any version', () => {
    for (const at of [1, 2, 3, 4]) {
      expect(decodeHello(plainBytes.with(at, (plainBytes[at] as number) ^ 1))).toEqual(malformed);
      expect(decodeHello(plainBytes.with(0, 9).with(at, (plainBytes[at] as number) ^ 1))).toEqual(malformed);
    }
  });

  it('NET4: has exactly one encoding', () => {
    for (let at = 0; at < plainBytes.length; at++) {
      for (let value = 0; value < 256; value++) expectCanonical(plainBytes.with(at, value));
    }
  });

  it('NET1: of any bytes never makes the decoder throw', () => {
    const open = plainBytes.subarray(0, 5 + 16 + 64);
    const small = fc.array(fc.oneof(fc.nat(3), fc.nat(255)), { maxLength: 60 });
    fc.assert(fc.property(small, fc.boolean(), (bytes, isOpened) => {
      expectCanonical(isOpened ? Uint8Array.of(...open, ...bytes) : Uint8Array.from(bytes));
    }), { numRuns: 1_000 });
  });

  it('NET6: tells of at most 4 addresses of at most 200 bytes', () => {
    const longest = 'x'.repeat(200);
    expect(typeOf(Array.from({ length: 4 }, () => longest))).toBe('hello');
    expect(typeOf(Array.from({ length: 5 }, () => 'x'))).toBe('malformed');
    expect(typeOf([`${longest}x`])).toBe('malformed');
  });

  it('NET6: is refused unread when it is longer than any greeting', () => {
    const other = Uint8Array.of(protocolVersion + 1, ...encodeText('mmhi'));
    const filled = (length: number): Uint8Array => {
      const frame = new Uint8Array(length);
      frame.set(other);
      return frame;
    };
    expect(decodeHello(filled(helloBytesMax)).type).toBe('other-version');
    expect(decodeHello(filled(helloBytesMax + 1))).toEqual(malformed);
  });
});

describe('certificateBytes', () => {
  const networkKey = new Uint8Array(32).fill(1);
  const member = new Uint8Array(32).fill(2);

  it('are a domain, the key of the network and the key of the member', () => {
    expect([...certificateBytes(networkKey, member)]).toEqual([
      ...encodeText('murmuration/member/1'), ...networkKey, ...member,
    ]);
  });

  it('NET9: begin as nothing else does that a key of ours signs', () => {
    expect([...certificateBytes(networkKey, member).subarray(0, 4)]).not.toEqual([...encodeText('mmb1')]);
  });
});
