import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageBytesMax, originBytesMax, topicBytesMax } from './limits.ts';
import { encodeText } from './text.ts';
import { decodeMessages, encodeMessages, noOrigin, type MessageUpdate } from './topic-messages.ts';
import { decodeUpdates, encodeUpdates } from './updates.ts';

const topic = fc.oneof(fc.constantFrom('a', 'b'), fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }));
const messages: fc.Arbitrary<MessageUpdate[]> = fc.array(fc.record({
  type: fc.constant('message' as const), topic,
  origin: fc.uint8Array({ maxLength: originBytesMax }), payload: fc.uint8Array({ maxLength: 30 }),
}), { maxLength: 8 });

const three: MessageUpdate[] = [
  { type: 'message', topic: 'sky', origin: noOrigin, payload: Uint8Array.of(1, 2) },
  { type: 'message', topic: 'sky', origin: Uint8Array.of(9), payload: noOrigin },
  { type: 'message', topic: 'sea', origin: noOrigin, payload: Uint8Array.of(3) },
];
const payload = encodeMessages(three);
const isAccepted = (message: Partial<MessageUpdate>): boolean =>
  decodeMessages(encodeMessages([{ type: 'message', topic: 't', origin: noOrigin, payload: noOrigin, ...message }]), 1) !== undefined;

function expectCanonical(bytes: Uint8Array, count: number): void {
  const decoded = decodeMessages(bytes, count);
  if (decoded === undefined) return;
  expect(decoded).toHaveLength(count);
  expect(encodeMessages(decoded)).toEqual(bytes);
}

describe('messages on topics', () => {
  it('NET3: decode to what was encoded, in order', () => {
    fc.assert(fc.property(messages, (run) => {
      expect(decodeMessages(encodeMessages(run), run.length)).toEqual(run);
    }));
  });

  it('have a kind, a topic, an origin and bytes', () => {
    expect([...payload]).toEqual([
      4, 3, 0, ...encodeText('sky'), 0, 2, 0, 0, 0, 1, 2,
      4, 3, 0, ...encodeText('sky'), 1, 9, 0, 0, 0, 0,
      4, 3, 0, ...encodeText('sea'), 0, 1, 0, 0, 0, 3,
    ]);
  });

  it('NET5: are all there or none is: another count, a byte less or a byte more is refused', () => {
    fc.assert(fc.property(messages, fc.nat(9), fc.uint8Array({ minLength: 1, maxLength: 8 }), (run, count, more) => {
      const bytes = encodeMessages(run);
      if (count !== run.length) expect(decodeMessages(bytes, count)).toBeUndefined();
      expect(decodeMessages(Uint8Array.of(...bytes, ...more), run.length)).toBeUndefined();
      for (let length = 0; length < bytes.length; length++) {
        expect(decodeMessages(bytes.subarray(0, length), run.length)).toBeUndefined();
      }
    }));
  });

  it('NET4: have exactly one encoding', () => {
    for (let at = 0; at < payload.length; at++) {
      for (let other = 0; other < 256; other++) expectCanonical(payload.with(at, other), three.length);
    }
  });

  it('NET1: of any bytes and any count never make the decoder throw', () => {
    const small = fc.array(fc.oneof(fc.nat(4), fc.nat(255)), { maxLength: 40 });
    fc.assert(fc.property(small, fc.nat(20_000), (bytes, count) => expectCanonical(Uint8Array.from(bytes), count)), { numRuns: 1_000 });
  });

  it('NET6: keep their limits', () => {
    expect(isAccepted({ topic: 't'.repeat(topicBytesMax) })).toBe(true);
    expect(isAccepted({ topic: 't'.repeat(topicBytesMax + 1) })).toBe(false);
    expect(isAccepted({ topic: '' })).toBe(false);
    expect(isAccepted({ origin: new Uint8Array(originBytesMax) })).toBe(true);
    expect(isAccepted({ origin: new Uint8Array(originBytesMax + 1) })).toBe(false);
    expect(isAccepted({ payload: new Uint8Array(messageBytesMax) })).toBe(true);
    expect(isAccepted({ payload: new Uint8Array(messageBytesMax + 1) })).toBe(false);
  });

  it('a topic that is no UTF-8 is refused, whatever stands before it', () => {
    const bytes = encodeMessages([three[0], three[0]] as MessageUpdate[]);
    expect(decodeMessages(bytes.with(bytes.length / 2 + 3, 0xff), 2)).toBeUndefined();
  });

  it('STA14: and updates of the state are never taken for one another', () => {
    expect(decodeUpdates(payload, three.length)).toBeUndefined();
    expect(decodeMessages(encodeUpdates([{ type: 'register-delete', key: 'k' }]), 1)).toBeUndefined();
  });
});
