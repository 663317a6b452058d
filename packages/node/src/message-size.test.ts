/** The bound by which frames are filled: too small, and a frame is refused; too large, and it is sent half empty. */
import {
  addressBytesMax, addressesPerPeerMax, beginFrame, encodeIntroduction, lastLogName, writeMessage,
  type BatchMessage, type MemberClaim, type Message, type WireNames,
} from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageBytesMax } from './message-size.ts';

/** One peer, told of by as many addresses of such a length. A batch's handle is its size. */
function namesWith(addresses: number, addressBytes: number): WireNames {
  const publicKey = new Uint8Array(32);
  const texts = Array.from({ length: addresses }, () => 'a'.repeat(addressBytes));
  return {
    publicKeyOf: () => publicKey,
    introductionBytesOf: () => encodeIntroduction({ publicKey, certificate: new Uint8Array(64), addresses: texts }),
    find: () => 0 as never,
    introduce: () => 0 as never,
    bytesOf: (handle) => new Uint8Array(handle),
  };
}
const shortest = namesWith(0, 0);
const longest = namesWith(addressesPerPeerMax, addressBytesMax);

const states = ['alive', 'suspect', 'dead', 'left'] as const;
const claim = fc.constantFrom(...states).map((state) => ({ peer: 0, state, epoch: 1, incarnation: 2, accuser: 0 }) as MemberClaim);
const list = <Item>(item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> => fc.array(item, { maxLength: 40 });
const id = fc.constant({ author: 0, epoch: 1, sequence: 2, hops: 3 });
const mark = fc.constant({ ...lastLogName, sequence: 2 });
const only = (message: object): fc.Arbitrary<object> => fc.constant(message);
const lists = <Item>(item: fc.Arbitrary<Item>, make: (items: Item[]) => object): fc.Arbitrary<object> => list(item).map(make);

/** Messages of each type; what they say is of no weight here. */
const anyMessage = {
  round: only({ digest: { high: 1, low: 2 }, isReply: true }),
  frontier: lists(id, (entries) => ({ entries, isReply: false })),
  ranges: list(fc.tuple(fc.constantFrom('done', 'compare', 'list', 'want'), list(mark))).map((ranges) => ({
    isReply: true, nonce: { high: 1, low: 2 },
    ranges: ranges.map(([type, marks]) => ({ type, upTo: lastLogName, fingerprint: { high: 1, low: 2 }, marks })),
  })),
  batch: fc.nat(4_096).map((bytes) => ({ header: { bytes }, handle: bytes, hops: 7, place: 'next' })),
  claims: lists(claim, (claims) => ({ claims })),
  ihave: lists(id, (ids) => ({ ids })),
  graft: lists(id, (ids) => ({ ids })),
  prune: only({}),
  ping: only({ token: 1 }),
  'ping-request': only({ token: 1, target: 0 }),
  ack: only({ token: 1, target: 0, epoch: 1, incarnation: 2, lagMs: 3 }),
  nack: only({ token: 1, target: 0 }),
  neighbor: only({ isUrgent: false }),
  'forward-join': claim.map((told) => ({ claim: told, ttl: 6 })),
  shuffle: fc.tuple(claim, list(claim)).map(([origin, claims]) => ({ origin, ttl: 6, claims })),
  'shuffle-reply': lists(claim, (claims) => ({ claims })),
} satisfies Record<Message['type'], fc.Arbitrary<object>>;
const types = Object.keys(anyMessage) as Message['type'][];
const tellOfMembers: readonly string[] = ['claims', 'forward-join', 'shuffle', 'shuffle-reply'];

function writtenBytes(message: Message, names: WireNames): number {
  const frame = beginFrame();
  const before = frame.length;
  writeMessage(frame, message, names);
  return frame.length - before;
}

describe('messageBytesMax', () => {
  it.each(types)('of a %s is never less than is written', (type) => {
    fc.assert(fc.property(anyMessage[type], fc.nat(addressesPerPeerMax), fc.nat(addressBytesMax), (rest, addresses, bytes) => {
      const message = { type, ...rest } as Message;
      expect(writtenBytes(message, namesWith(addresses, bytes))).toBeLessThanOrEqual(messageBytesMax(message));
    }));
  });

  it.each(types.filter((type) => !tellOfMembers.includes(type)))('of a %s is exact', (type) => {
    fc.assert(fc.property(anyMessage[type], (rest) => {
      const message = { type, ...rest } as Message;
      expect(writtenBytes(message, shortest)).toBe(messageBytesMax(message));
    }));
  });

  it.each(tellOfMembers)('of a %s is reached by suspects with the longest addresses', (type) => {
    const suspect = { peer: 0, state: 'suspect', epoch: 1, incarnation: 2, accuser: 0 } as MemberClaim;
    const message = { type, claims: [suspect, suspect], claim: suspect, origin: suspect, ttl: 1 } as unknown as Message;
    expect(writtenBytes(message, longest)).toBe(messageBytesMax(message));
  });

  it('counts the bytes of hops and place beside the bytes of the batch', () => {
    const message = { type: 'batch', header: { bytes: 10 }, handle: 10, hops: 255, place: 'next' } as unknown as BatchMessage;
    expect(messageBytesMax(message)).toBe(5 + 2 + 10);
  });
});
