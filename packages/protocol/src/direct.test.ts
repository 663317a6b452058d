/** Bodies of direct messages: their limits, held exactly, and that nothing but what is stated is one. */
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame } from './codec.ts';
import { frameOf, Table } from './codec.test.support.ts';
import type { DirectMessage } from './direct.ts';
import { directBytesMax, directDeadlineMsMax, frameBytesMax } from './limits.ts';
import { millis } from './units.ts';

const malformed = { type: 'malformed' };
const decoded = (message: DirectMessage): unknown => decodeFrame(encodeFrame([message], new Table()), new Table());
const body = (...bytes: number[]): unknown => decodeFrame(frameOf(17, bytes.length, bytes), new Table());

describe('a direct message', () => {
  it.each(['note', 'request', 'answer'] as const)('DIR9: has at most 256 KiB of payload in a %s, not a byte more', (kind) => {
    const sized = (bytes: number): DirectMessage => {
      const rest = { type: 'direct' as const, payload: new Uint8Array(bytes).fill(9) };
      if (kind === 'note') return { ...rest, kind };
      return kind === 'answer' ? { ...rest, kind, id: 1 } : { ...rest, kind, id: 1, deadlineMs: millis(1) };
    };
    expect(decoded(sized(directBytesMax))).toEqual({ type: 'messages', messages: [sized(directBytesMax)] });
    expect(decoded(sized(directBytesMax + 1))).toEqual(malformed);
    expect(directBytesMax + 100).toBeLessThan(frameBytesMax);
  });

  it('NET6: has a deadline of at most ten minutes', () => {
    const request = (deadlineMs: number): DirectMessage =>
      ({ type: 'direct', kind: 'request', id: 0, deadlineMs: millis(deadlineMs), payload: new Uint8Array(0) });
    expect(decoded(request(directDeadlineMsMax))).toEqual({ type: 'messages', messages: [request(directDeadlineMsMax)] });
    expect(decoded(request(directDeadlineMsMax + 1))).toEqual(malformed);
  });

  it('is of one of five kinds, and refuses for one of three reasons', () => {
    expect(body(0)).toMatchObject({ messages: [{ kind: 'note' }] });
    expect(body(4, 1)).toMatchObject({ messages: [{ kind: 'parting', isReply: true }] });
    expect(body(5)).toEqual(malformed);
    expect(body()).toEqual(malformed);
    expect(body(3, 1, 0, 0, 0, 2)).toMatchObject({ messages: [{ kind: 'refusal', id: 1, reason: 'busy' }] });
    expect(body(3, 1, 0, 0, 0, 3)).toEqual(malformed);
    expect(body(4, 2)).toEqual(malformed);
  });

  it('NET5: is refused when it is cut, or longer than it may be', () => {
    expect(body(1, 1, 0, 0, 0, 1, 0, 0)).toEqual(malformed);
    expect(body(2, 1, 0, 0)).toEqual(malformed);
    expect(body(3, 1, 0, 0, 0)).toEqual(malformed);
    expect(body(3, 1, 0, 0, 0, 1, 0)).toEqual(malformed);
    expect(body(4, 0, 0)).toEqual(malformed);
    expect(body(4)).toEqual(malformed);
  });
});
