import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys';
import type { Message } from '@libp2p/gossipsub';
import type { PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { accept } from '@murmuration/protocol';
import { beforeAll, expect, test } from 'vitest';
import { identity } from '../libp2p/identity.test.support.ts';
import { Admission, type ForeignMessage } from './admission.ts';
import { resolveBridgeOptions, type GossipsubBridgeOptions } from './options.ts';
import { Refusals, type BridgeRefusal } from './refusals.ts';

const self = identity();
const author = identity();
const third = identity();
let ours: PrivateKey;
let theirs: PrivateKey;
let thirds: PrivateKey;
let foreign: PrivateKey;

beforeAll(async () => {
  ours = await generateKeyPairFromSeed('Ed25519', self.secretKey);
  theirs = await generateKeyPairFromSeed('Ed25519', author.secretKey);
  thirds = await generateKeyPairFromSeed('Ed25519', third.secretKey);
  foreign = await generateKeyPair('secp256k1');
});

function judged(options: Partial<GossipsubBridgeOptions> = {}) {
  const [asked, refused]: [ForeignMessage[], BridgeRefusal[]] = [[], []];
  const validate = (message: ForeignMessage): typeof accept => {
    asked.push(message);
    return accept;
  };
  const { secretKey } = self;
  const resolved = resolveBridgeOptions({
    secretKey,
    listen: [],
    topics: ['t'],
    validate,
    reputationOf: () => 0.5,
    onMessage: () => undefined,
    ...options,
  });
  const refusals = new Refusals((refusal) => refused.push(refusal));
  const admission = new Admission(resolved, self.peer, refusals);
  const judge = (key: PrivateKey): string => admission.judge(peerIdFromPrivateKey(theirs), signedBy(key));
  return { admission, judge, asked, refused };
}

function signedBy(key: PrivateKey): Message {
  return {
    type: 'signed', from: peerIdFromPrivateKey(key), topic: 't', data: new Uint8Array(10),
    sequenceNumber: 1n, signature: new Uint8Array(64), key: key.publicKey,
  };
}

test('an accepted message was shown to the validator with author, sender and payload', () => {
  const { judge, asked, refused } = judged();
  expect([judge(theirs), refused]).toEqual(['accept', []]);
  expect(asked).toEqual([{ topic: 't', from: author.peer, sender: author.peer, bytes: new Uint8Array(10) }]);
});

test('our own message, sent again when it was forgotten, is refused before the validator', () => {
  const { judge, asked, refused } = judged();
  expect([judge(ours), asked]).toEqual(['ignore', []]);
  expect(refused).toEqual([{ reason: 'own-message', detail: 'own-message', sender: author.peer, author: self.peer }]);
});

test('the mesh knows no author without an ed25519 key, and none of an unsigned message', () => {
  const { admission, judge, asked, refused } = judged();
  expect(judge(foreign)).toBe('ignore');
  const unsigned: Message = { type: 'unsigned', topic: 't', data: new Uint8Array(1) };
  expect(admission.judge(peerIdFromPrivateKey(theirs), unsigned)).toBe('ignore');
  expect([refused.map(({ reason }) => reason), asked]).toEqual([['unknown-author', 'unknown-author'], []]);
});

test('the reputation of the author counts like that of the sender', () => {
  for (const bad of [author.peer, third.peer]) {
    const { judge, asked, refused } = judged({ reputationOf: (peer) => (peer === bad ? 0.49 : 0.5) });
    expect([judge(thirds), asked]).toEqual(['ignore', []]);
    const detail = 'low-reputation';
    expect(refused).toEqual([{ reason: 'low-reputation', detail, sender: author.peer, author: third.peer }]);
  }
});

test('over the budget of a second messages are ignored, and only those', () => {
  const { judge, asked, refused } = judged({ messagesPerSecondMax: 10 });
  const results = Array.from({ length: 8 }, () => judge(theirs));
  expect(results).toEqual([...Array.from({ length: 5 }, () => 'accept'), 'ignore', 'ignore', 'ignore']);
  const reasons = refused.map(({ reason }) => reason);
  expect([asked.length, reasons]).toEqual([5, ['over-budget', 'over-budget', 'over-budget']]);
});
