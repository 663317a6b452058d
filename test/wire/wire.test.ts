import {
  certificateBytes, decodeBatch, decodeFrame, decodeHello, decodeMessages, decodeUpdates, encodeFrame, encodeHello, encodeMessages,
  encodeUpdates, isMessageLog, joinSignature, peerIdOf, protocolVersion, signedBytesOf,
} from '@murmuration/protocol';
import type {
  BatchHandle, BatchMessage, WireMessage, PeerIndex, ReceivedMessage, SignedBatch,
} from '@murmuration/protocol';
import { nodeCryptoScheme, publicKeyOf, signerFromSecret } from '@murmuration/byzantine/schemes';
import { describe, expect, it } from 'vitest';

import { PeerTable } from './peer-table.ts';
import { readVectors, readVersions } from './records.ts';
import { messages, names, peers } from './samples.ts';
import {
  currentVectors, describeFrame, describeIntroductions, describeUpdates, fromHex, toHex, toJson, type BatchVector,
} from './vectors.ts';
import { digestOf, encodingsOf, enforcedLimits, versionFault, type Encodings } from './wire-digest.ts';

const versions = readVersions(import.meta.dirname);
const vectors = readVectors(import.meta.dirname, protocolVersion);
const scheme = nodeCryptoScheme();
const batches = vectors.batches.map(({ bytes }) => fromHex(bytes));
const table = new PeerTable(
  vectors.peers.map(({ publicKey, certificate, addresses }) => (
    { publicKey: fromHex(publicKey), certificate: fromHex(certificate), addresses })),
  batches,
);

/** The batch of a vector. */
function sound({ bytes }: BatchVector): SignedBatch {
  const batch = decodeBatch(fromHex(bytes));
  if (batch === undefined) throw new Error(`the vector ${bytes} is malformed`);
  return batch;
}

/** A received batch as it would be handed on. */
function sendable(message: ReceivedMessage): WireMessage {
  if (message.type !== 'received-batch') return message;
  const handle = batches.findIndex((bytes) => toHex(bytes) === toHex(message.bytes)) as BatchHandle;
  return { ...(messages.batch[0] as BatchMessage), handle, hops: message.hops, place: message.place };
}

describe('golden vectors', () => {
  it('are those that this source makes', () => {
    expect(currentVectors()).toEqual(vectors);
  });

  it('hold a message of each type', () => {
    expect(Object.keys(vectors.frames)).toEqual([...Object.keys(messages), 'all-types', 'nothing']);
  });

  it.each(Object.entries(vectors.frames))('NET3: the frame %s says what is stated', (_name, { bytes, decoded }) => {
    expect(describeFrame(fromHex(bytes), table)).toEqual(decoded);
  });

  it.each(Object.entries(vectors.frames))('NET4: the frame %s encodes to the same bytes again', (_name, { bytes }) => {
    const decoded = decodeFrame(fromHex(bytes), table);
    const received = decoded.type === 'messages' ? decoded.messages : [];
    expect(toHex(encodeFrame(received.map(sendable), table))).toBe(bytes);
  });

  it('NET3: the introductions tell of whom is stated', () => {
    expect(describeIntroductions(fromHex(vectors.introductions.bytes))).toEqual(vectors.introductions.decoded);
  });

  it('NET3, NET4: the greeting says what is stated and encodes to the same bytes again', () => {
    const decoded = decodeHello(fromHex(vectors.hello.bytes));
    expect(toJson(decoded)).toEqual(vectors.hello.decoded);
    expect(decoded.type === 'hello' && toHex(encodeHello(decoded.hello))).toBe(vectors.hello.bytes);
  });

  it.each(vectors.batches)('NET3, NET4: batch %# says what is stated and encodes to the same bytes again', (vector) => {
    const batch = sound(vector);
    expect(toJson(batch.envelope)).toEqual(vector.decoded);
    expect(describeUpdates(batch.envelope)).toEqual(vector.updates);
    expect(toHex(joinSignature(signedBytesOf(batch.envelope), batch.signature))).toBe(vector.bytes);
    const { epoch, payload, count } = batch.envelope;
    const again = isMessageLog(epoch) ? encodeMessages(decodeMessages(payload, count) ?? []) : encodeUpdates(decodeUpdates(payload, count) ?? []);
    expect(again).toEqual(payload);
  });

  it.each(vectors.batches)('NET7: batch %# is signed by its author, and hashed over what is signed', (vector) => {
    const { envelope, signed, signature } = sound(vector);
    expect([toHex(signed), toHex(signature)]).toEqual([vector.signed, vector.signature]);
    expect(scheme.verify({ publicKey: envelope.author, message: signed, signature })).toBe(true);
    expect(toHex(scheme.hash(signed))).toBe(vector.hash);
  });

  it('NET7: the stated secret of the author makes the stated signatures', () => {
    const signer = signerFromSecret(fromHex(vectors.keys['author']?.secretKey ?? ''));
    expect(vectors.batches.map(({ signed }) => toHex(signer.sign(fromHex(signed)))))
      .toEqual(vectors.batches.map(({ signature }) => signature));
  });

  it('NET7: the second batch of the log names the first by its hash', () => {
    const [, second] = vectors.batches.map(sound);
    expect(toJson(second?.envelope.previousHash)).toBe(vectors.batches[0]?.hash);
  });

  it.each(vectors.certificates)('the certificate of $member is signed by the network', (vector) => {
    const publicKey = fromHex(vector.networkKey);
    const message = certificateBytes(publicKey, fromHex(vector.member));
    const signature = fromHex(vector.certificate);
    expect(toHex(message)).toBe(vector.signed);
    expect(scheme.verify({ publicKey, message, signature })).toBe(true);
    expect(scheme.verify({ publicKey, message: certificateBytes(publicKey, publicKey), signature })).toBe(false);
  });

  it.each(Object.entries(vectors.keys))('NET10: the %s key has the stated public key and peer id', (_name, key) => {
    const publicKey = publicKeyOf(fromHex(key.secretKey));
    expect([toHex(publicKey), peerIdOf(publicKey)]).toEqual([key.publicKey, key.peerId]);
  });
});

describe('the protocol version', () => {
  const encodings = encodingsOf(names);
  const limits = enforcedLimits();
  const digest = digestOf(encodings, limits);

  it('NET8: the wire has not changed without a version bump', () => {
    expect(versionFault(versions, protocolVersion, digest)).toBeUndefined();
  });

  it('NET8: every version from 1 to ours is recorded, with vectors of its own', () => {
    const numbers = Array.from({ length: protocolVersion }, (_, index) => index + 1);
    expect(Object.keys(versions)).toEqual(numbers.map(String));
    expect(numbers.map((version) => readVectors(import.meta.dirname, version).protocolVersion)).toEqual(numbers);
  });

  it.each(Object.keys(versions))('NET8: what version %s says is read only by nodes that speak it', (version) => {
    const recorded = readVectors(import.meta.dirname, version);
    const isOurs = Number(version) === protocolVersion;
    const frames = Object.values(recorded.frames).map(({ bytes }) => decodeFrame(fromHex(bytes), table).type);
    expect(new Set(frames)).toEqual(new Set([isOurs ? 'messages' : 'other-version']));
    expect(decodeHello(fromHex(recorded.hello.bytes)).type).toBe(isOurs ? 'hello' : 'other-version');
  });

  it('has a digest that another key in a message changes', () => {
    class Swapped extends PeerTable {
      override publicKeyOf(peer: PeerIndex): Uint8Array {
        return super.publicKeyOf((peer === 0 ? 1 : peer) as PeerIndex);
      }
    }
    expect(digestOf(encodingsOf(new PeerTable(peers, batches)), limits)).toBe(digest);
    expect(digestOf(encodingsOf(new Swapped(peers, batches)), limits)).not.toBe(digest);
  });

  it.each(Object.entries(encodings))('has a digest that any one byte of `%s` changes', (name, bytes) => {
    const others = Array.from(bytes, (byte, at): Encodings => ({ ...encodings, [name]: bytes.with(at, byte ^ 1) }));
    const digests = others.map((other) => digestOf(other, limits));
    expect(digests).not.toContain(digest);
  });

  it.each(Object.entries(limits))('has a digest that another %s changes', (name, limit) => {
    expect(digestOf(encodings, { ...limits, [name]: limit + 1 })).not.toBe(digest);
  });

  it('has a digest that a new message, and a new limit, change', () => {
    expect(digestOf({ ...encodings, more: new Uint8Array(0) }, limits)).not.toBe(digest);
    expect(digestOf(encodings, { ...limits, moreMax: 1 })).not.toBe(digest);
  });

  it('has a digest that the order of the code does not change', () => {
    const reversed = <Value>(of: Readonly<Record<string, Value>>): Record<string, Value> =>
      Object.fromEntries(Object.entries(of).toReversed());
    expect(digestOf(reversed(encodings), reversed(limits))).toBe(digest);
  });

  it('covers every limit that receivers enforce', () => {
    expect(Object.keys(limits)).toEqual(expect.arrayContaining([
      'addressBytesMax', 'addressesPerPeerMax', 'batchBytesMax', 'batchIdsPerMessageMax', 'claimsPerMessageMax',
      'documentNameBytesMax', 'documentUpdateBytesMax', 'frameBytesMax', 'frontierEntriesMax', 'helloBytesMax', 'hopsMax',
      'lagMsMax', 'messagesPerFrameMax', 'rangesPerMessageMax', 'registerKeyBytesMax', 'registerValueBytesMax', 'scopeBytesMax',
      'updatesPerBatchMax', 'walkTtlMax',
    ]));
  });
});
