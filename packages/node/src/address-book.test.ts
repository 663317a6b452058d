/** Who is taken into the book, and whose word about addresses counts. */
import { networkOf } from '@murmuration/mesh';
import { generateSecretKey, publicKeyOf, signatureScheme, signerFromSecret } from '@murmuration/byzantine/schemes';
import { certificateBytes, noCertificate, noPeer, peerIdOf, type PeerIntroduction } from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { AddressBook } from './address-book.ts';

const scheme = signatureScheme();
const authority = signerFromSecret(new Uint8Array(32).fill(1));
const network = networkOf(authority.publicKey, scheme);

/** A certified identity with the addresses. */
function member(...addresses: string[]): PeerIntroduction {
  const publicKey = publicKeyOf(generateSecretKey());
  return { publicKey, certificate: authority.sign(certificateBytes(authority.publicKey, publicKey)), addresses };
}

function closedBook() {
  const onChanged = vi.fn<(introduction: PeerIntroduction) => void>();
  return { book: new AddressBook(network, scheme, onChanged), onChanged };
}

describe('an address book', () => {
  it('numbers peers in the order they enter, and finds them by key', () => {
    const { book } = closedBook();
    const [first, second] = [member(), member()];
    expect(book.find(first.publicKey)).toBe(noPeer);
    expect([book.greet(first), book.introduce(second), book.greet(first)]).toEqual([0, 1, 0]);
    expect(book.find(second.publicKey)).toBe(1);
    expect(book.publicKeyOf(book.find(second.publicKey))).toEqual(second.publicKey);
    expect(book.idOf(book.find(first.publicKey))).toBe(peerIdOf(first.publicKey));
  });

  it('takes members only, whoever tells of them', () => {
    const { book, onChanged } = closedBook();
    const outsider = { ...member('/a'), certificate: noCertificate };
    const thief = { ...member('/b'), certificate: member().certificate };
    for (const each of [outsider, thief]) {
      expect(book.introduce(each)).toBe(noPeer);
      expect(book.greet(each)).toBe(noPeer);
    }
    expect(onChanged).not.toHaveBeenCalled();
  });

  it('of an open network takes everybody with a sound key', () => {
    const book = new AddressBook(networkOf(undefined, scheme), scheme, () => undefined);
    expect(book.introduce({ ...member(), certificate: noCertificate })).toBe(0);
    expect(book.introduce({ publicKey: new Uint8Array(32), certificate: noCertificate, addresses: [] })).toBe(noPeer);
  });

  it('lets the own word of a peer outrank hearsay, which can add but never push out', () => {
    fc.assert(fc.property(
      fc.array(fc.integer({ min: 0, max: 30 }).map((i) => `/own/${i}`), { minLength: 1, maxLength: 8 }),
      fc.array(fc.array(fc.integer({ min: 0, max: 30 }).map((i) => `/hearsay/${i}`), { maxLength: 8 }), { maxLength: 6 }),
      (own, rumors) => {
        const book = new AddressBook(networkOf(undefined, scheme), scheme, () => undefined);
        const peer = book.greet({ ...someone, addresses: own });
        for (const addresses of rumors) book.introduce({ ...someone, addresses });
        const expected = [...new Set(own)].slice(0, 4);
        expect(book.addressesOf(peer).slice(0, expected.length)).toEqual(expected);
        expect(book.addressesOf(peer).length).toBeLessThanOrEqual(8);
        expect(book.introductionOf(peer).addresses).toEqual(book.addressesOf(peer).slice(0, 4));
      },
    ));
  });

  it('prefers the newest hearsay', () => {
    const { book } = closedBook();
    const told = member('/1', '/2', '/3', '/4');
    const peer = book.introduce(told);
    book.introduce({ ...told, addresses: ['/5', '/3'] });
    expect(book.addressesOf(peer)).toEqual(['/5', '/3', '/1', '/2']);
  });

  it('says what changed: each new peer, and each new own word, but no hearsay and no repetition', () => {
    const { book, onChanged } = closedBook();
    const peer = member('/own');
    book.introduce({ ...peer, addresses: ['/hearsay'] });
    expect(onChanged).toHaveBeenCalledTimes(1);
    book.introduce({ ...peer, addresses: ['/more'] });
    expect(onChanged).toHaveBeenCalledTimes(1);
    book.greet(peer);
    book.greet(peer);
    expect(onChanged).toHaveBeenCalledTimes(2);
    expect(onChanged.mock.lastCall?.[0]).toMatchObject({ publicKey: peer.publicKey, certificate: peer.certificate });
    expect(onChanged.mock.lastCall?.[0].addresses[0]).toBe('/own');
    book.greet({ ...peer, addresses: ['/moved'] });
    expect(onChanged).toHaveBeenCalledTimes(3);
  });

  it('keeps copies: frames that are used again change nothing', () => {
    const { book } = closedBook();
    const given = member();
    const frame = { publicKey: given.publicKey.slice(), certificate: given.certificate.slice(), addresses: [] };
    const peer = book.introduce(frame);
    frame.publicKey.fill(0);
    frame.certificate.fill(0);
    expect(book.introductionOf(peer)).toEqual(given);
  });

  it('gives digests two words of the key', () => {
    const { book } = closedBook();
    const given = member();
    const peer = book.greet(given);
    const words = new DataView(given.publicKey.buffer, given.publicKey.byteOffset);
    expect([book.highOf(peer), book.lowOf(peer)]).toEqual([words.getUint32(0, true), words.getUint32(4, true)]);
  });

  it('is bounded: full, it takes nobody new and keeps everybody it has', () => {
    const keys = Array.from({ length: 4_097 }, (_, i) => {
      const publicKey = new Uint8Array(32).fill(9);
      new DataView(publicKey.buffer).setUint32(8, i);
      return publicKey;
    });
    const everybody = { ...scheme, isAcceptableKey: () => true };
    const book = new AddressBook(networkOf(undefined, scheme), everybody, () => undefined);
    const indexes = keys.map((publicKey) => book.greet({ publicKey, certificate: noCertificate, addresses: [] }));
    expect(indexes.at(-2)).toBe(4_095);
    expect(indexes.at(-1)).toBe(noPeer);
    expect(book.find(keys[0] ?? new Uint8Array())).toBe(0);
  });

  it('spends no check on the rest of a frame that lied', () => {
    let checks = 0;
    const counting = { ...scheme, isAcceptableKey: (key: Uint8Array) => ++checks > 0 && key[0] !== 9 };
    const book = new AddressBook(networkOf(undefined, scheme), counting, () => undefined);
    const tell = (first: number): number => {
      return book.introduce({ publicKey: new Uint8Array(32).fill(first), certificate: noCertificate, addresses: [] });
    };
    book.beginFrame();
    expect([tell(1), tell(9), tell(2), tell(3)]).toEqual([0, noPeer, noPeer, noPeer]);
    expect([book.hasRefused, checks]).toEqual([true, 2]);
    book.beginFrame();
    expect([book.hasRefused, tell(2)]).toEqual([false, 1]);
  });

  it('REG26: takes 16 newcomers from one frame, the next ones from the next', () => {
    const everybody = { ...scheme, isAcceptableKey: () => true };
    const book = new AddressBook(networkOf(undefined, scheme), everybody, () => undefined);
    const tell = (i: number): number => {
      const publicKey = new Uint8Array(32).fill(9);
      new DataView(publicKey.buffer).setUint32(8, i);
      return book.introduce({ publicKey, certificate: noCertificate, addresses: [] });
    };
    book.beginFrame();
    expect(Array.from({ length: 17 }, (_, i) => tell(i)).slice(-2)).toEqual([15, noPeer]);
    expect(book.hasRefused).toBe(false);
    book.beginFrame();
    expect(tell(16)).toBe(16);
  });
});

const someone = member();

describe('REG27: where a peer comes from', () => {
  const [here, there] = ['/ip4/203.0.113.7/tcp/1', '/ip4/198.51.100.9/tcp/1'];
  const open = (): AddressBook => new AddressBook(networkOf(undefined, scheme), scheme, () => undefined);

  it('is the prefix of its address: the same for all who share it, another for the others', () => {
    const book = open();
    const peers = [here, '/ip4/203.0.2.2/udp/7/quic-v1', there, '/ip6/2a01:4f8::1/tcp/1', '/ip6/2a01:4f8:9::1/tcp/1'].map((address) => book.greet(member(address)));
    const [first, second, third, fourth, fifth] = peers.map((peer) => book.prefixOf(peer));
    expect([second, fifth]).toEqual([first, fourth]);
    expect(new Set([first, third, fourth]).size).toBe(3);
  });

  it.each(['/ip4/127.0.0.1/tcp/1', '/ip4/10.0.0.7/tcp/1', '/memory/4', '/dns4/example.org/tcp/1'])('is its own where it stands at %s', (address) => {
    const book = open();
    const peers = [member(address), member(address), member()].map((each) => book.greet(each));
    expect(new Set(peers.map((peer) => book.prefixOf(peer))).size).toBe(3);
    for (const peer of peers) expect(book.prefixOf(peer)).toBe(book.highOf(peer));
  });

  it('is what a link shows, whatever the peer or others say before or after', () => {
    const word = fc.record({ by: fc.constantFrom('introduce' as const, 'greet' as const), addresses: fc.subarray([here, there, '/memory/1']) });
    fc.assert(fc.property(fc.array(word, { maxLength: 4 }), fc.array(word, { maxLength: 4 }), (before, after) => {
      const book = open();
      const lighthouse = book.greet(member('/ip4/192.0.2.1/tcp/1'));
      const told = member('/ip4/198.18.0.1/tcp/1');
      const peer = book.introduce(told);
      for (const { by, addresses } of before) book[by]({ ...told, addresses });
      book.see(peer, '/ip4/192.0.77.77/tcp/61000');
      for (const { by, addresses } of after) book[by]({ ...told, addresses });
      expect(book.prefixOf(peer)).toBe(book.prefixOf(lighthouse));
      book.see(peer, '/ip4/127.0.0.1/tcp/61000');
      expect(book.prefixOf(peer)).toBe(book.highOf(peer));
    }), { numRuns: 30 });
  });

  it('is the first that others say, until it speaks itself: later hearsay moves nobody', () => {
    const book = open();
    const [atHere, atThere, told] = [book.greet(member(here)), book.greet(member(there)), member(here)];
    const peer = book.introduce(told);
    book.introduce({ ...told, addresses: [there] });
    expect(book.prefixOf(peer)).toBe(book.prefixOf(atHere));
    book.greet({ ...told, addresses: ['/memory/1', there] });
    expect(book.prefixOf(peer)).toBe(book.prefixOf(atThere));
  });
});
