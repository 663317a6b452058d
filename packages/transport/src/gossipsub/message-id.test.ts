import { peerIdFromString } from '@libp2p/peer-id';
import { originBytesMax, publicKeyOfPeerId } from '@murmuration/protocol';
import { expect, test } from 'vitest';
import { identity } from '../libp2p/identity.test.support.ts';
import { isMessageId, messageId } from './message-id.ts';

const author = identity().peer;
const idOf = (sequenceNumber: bigint): Uint8Array => {
  const from = peerIdFromString(author);
  if (from.type !== 'Ed25519') throw new Error('of another kind');
  return messageId({ from, sequenceNumber });
};

test('BRI3: an id is the author and its sequence number, and fits an origin', () => {
  const id = idOf(0x0102n);
  expect(id.subarray(6, 38)).toEqual(publicKeyOfPeerId(author));
  expect([...id.subarray(38)]).toEqual([0, 0, 0, 0, 0, 0, 1, 2]);
  expect(id.length).toBeLessThanOrEqual(originBytesMax);
});

test('BRI3: an id is known by its form, and other origins are none', () => {
  const id = idOf(2n ** 64n - 1n);
  expect(isMessageId(id)).toBe(true);
  const others = [new Uint8Array(), new Uint8Array(46), id.subarray(1), Uint8Array.of(...id, 0)];
  expect(others.map((other) => isMessageId(other))).toEqual([false, false, false, false]);
});
