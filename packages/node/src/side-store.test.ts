/** Bytes by handle. */
import { signatureScheme } from '@murmuration/byzantine/schemes';
import { assert, decodeBatch, encodeUpdates, joinSignature, noHash, signedBytesOf, type BatchEnvelope, type BatchHandle, type PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { copyOf, SideStore } from './side-store.ts';

const author = 4 as PeerIndex;
const scheme = signatureScheme();

function batchBytes(value: number): Uint8Array {
  const envelope = {
    networkId: new Uint8Array(16), author: new Uint8Array(32), epoch: 7, firstSequence: 3, count: 1, previousHash: noHash,
    time: { wallMs: 1, counter: 0 }, scope: 'mesh', payload: encodeUpdates([{ type: 'register-set', key: 'k', value: Uint8Array.of(value) }]),
  } as BatchEnvelope;
  return joinSignature(signedBytesOf(envelope), new Uint8Array(64));
}

describe('a copy of a batch', () => {
  it.each([
    ['an array', (bytes: Uint8Array): Uint8Array => bytes],
    ['a Buffer', (bytes: Uint8Array): Uint8Array => Buffer.from(bytes)],
    ['a view into a frame', (bytes: Uint8Array): Uint8Array => Buffer.concat([Buffer.alloc(9), bytes, Buffer.alloc(9)]).subarray(9, 9 + bytes.length)],
  ])('out of %s shares nothing with it', (_what, given) => {
    const original = batchBytes(5);
    const frame = given(original.slice());
    const stored = copyOf(frame, scheme);
    frame.fill(0);
    expect(Buffer.compare(stored.bytes, original)).toBe(0);
    expect(Buffer.compare(stored.batch.signed, original.subarray(0, -64))).toBe(0);
    expect(stored.bytes.buffer.byteLength).toBe(original.length);
  });
});

describe('a side store', () => {
  it('gives each batch a handle of its own, and a message that says what its envelope says', () => {
    const store = new SideStore();
    const [one, two] = [copyOf(batchBytes(1), scheme), copyOf(batchBytes(2), scheme)];
    const hash = scheme.hash(one.batch.signed);
    const message = store.keep(author, one);
    const other = store.keep(author, two);
    expect(message.handle).not.toBe(other.handle);
    const hash48 = Buffer.from(hash).readUIntLE(0, 6);
    expect(message.header).toEqual({ author, epoch: 7, firstSequence: 3, count: 1, hash48, bytes: one.bytes.length });
    expect(message).toMatchObject({ hops: 0, place: 'next' });
    expect(one.hash).toEqual(hash);
    expect(store.keep(author, two, { hops: 12, place: 'past' })).toMatchObject({ hops: 12, place: 'past' });
    expect(store.bytesOf(message.handle)).toBe(one.bytes);
    expect(store.get(other.handle)).toBe(two);
  });

  it('forgets what is released, and gives its handle to nobody else', () => {
    const store = new SideStore();
    const stored = copyOf(batchBytes(1), scheme);
    const { handle } = store.keep(author, stored);
    store.release(handle);
    expect(store.get(handle)).toBeUndefined();
    expect(() => store.bytesOf(handle)).toThrow('a batch that is sent is held');
    expect(store.keep(author, stored).handle).not.toBe(handle);
  });

  it('STA18: keeps the bytes of a trimmed batch until what is on its way out is encoded', () => {
    const store = new SideStore();
    const stored = copyOf(batchBytes(1), scheme);
    const [trimmed, other] = [store.keep(author, stored), store.keep(author, stored)];
    store.releaseLater(trimmed.handle);
    expect(store.bytesOf(trimmed.handle)).toBe(stored.bytes);
    store.sweep();
    expect(store.get(trimmed.handle)).toBeUndefined();
    store.sweep();
    expect(store.get(other.handle)).toBe(stored);
  });

  it('begins again where handles end, and gives none that is held', () => {
    const store = new SideStore(4);
    const stored = copyOf(batchBytes(1), scheme);
    const give = (): number => store.keep(author, stored).handle;
    expect([give(), give(), give(), give()]).toEqual([0, 1, 2, 3]);
    for (const handle of [1, 3]) store.release(handle as BatchHandle);
    expect([give(), give()]).toEqual([1, 3]);
  });

  it('keeps what decodes to the same batch again', () => {
    const { bytes } = copyOf(batchBytes(1), scheme);
    const decoded = decodeBatch(bytes);
    assert(decoded !== undefined, 'it is one');
    expect(decoded.envelope.epoch).toBe(7);
  });
});
