import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, messageOverheadBytes, type ReceivedMessage } from './codec.ts';
import { claimOf, ClosedTable, frameOf, round, samples, shuffle, Table, tableOf } from './codec.test.support.ts';
import { noPeer, type Epoch, type Incarnation, type PeerIndex } from './ids.ts';
import { claimBytesMax, claimsPerMessageMax, frameBytesMax, lagMsMax, walkTtlMax } from './limits.ts';
import type { AckMessage, MemberState, Message } from './messages.ts';
import { millis } from './units.ts';

const malformed = { type: 'malformed' };
const head = 1 + messageOverheadBytes;
const accuserAt = head + 2 + 32 + 64 + 1 + 1 + 4 + 2;
const zeros = new Uint8Array(32);
const messagesOf = (frame: Uint8Array, table: Table): readonly ReceivedMessage[] => {
  const decoded = decodeFrame(frame, table);
  return decoded.type === 'messages' ? decoded.messages : [];
};
const claims = (...told: readonly ReturnType<typeof claimOf>[]): Message => ({ type: 'claims', claims: told });

/** Admits all but one. */
class TableWithout extends Table {
  readonly #stranger: Uint8Array;

  constructor(known: Table, stranger: number) {
    super();
    this.peers.push(...known.peers);
    this.#stranger = known.publicKeyOf(stranger as PeerIndex);
  }
  override introduce(introduction: Parameters<Table['introduce']>[0]): PeerIndex {
    return introduction.publicKey.every((byte, at) => byte === this.#stranger[at]) ? noPeer : super.introduce(introduction);
  }
}

/** Learns whom it is told of, and knows nobody before. */
class LearningTable extends Table {
  override introduce(introduction: Parameters<Table['introduce']>[0]): PeerIndex {
    this.introductions++;
    return (this.peers.push(introduction) - 1) as PeerIndex;
  }
}

describe('the accuser', () => {
  it('stands in the claim of a suspect, and in no other', () => {
    const table = tableOf(2);
    const sizeOf = (state: MemberState): number => encodeFrame([claims(claimOf(0, state, 1))], table).length;
    expect([sizeOf('dead'), sizeOf('left')]).toEqual([sizeOf('alive'), sizeOf('alive')]);
    expect(sizeOf('suspect')).toBe(sizeOf('alive') + 32);
    expect(encodeFrame([claims(claimOf(0, 'suspect', 1))], table).subarray(accuserAt, accuserAt + 32))
      .toEqual(table.publicKeyOf(1 as PeerIndex));
  });

  it('whom the sender does not know is told as zeros, and read as nobody', () => {
    const table = tableOf(1);
    const frame = encodeFrame([claims(claimOf(0, 'suspect', noPeer))], table);
    expect(frame.subarray(accuserAt, accuserAt + 32)).toEqual(zeros);
    expect(messagesOf(frame, table)).toEqual([claims(claimOf(0, 'suspect', noPeer))]);
  });

  it('whom the receiver does not know is nobody, and is not introduced', () => {
    const table = new Table();
    table.peers.push(tableOf(1).at(0 as PeerIndex));
    expect(messagesOf(encodeFrame([claims(claimOf(0, 'suspect', 1))], tableOf(2)), table))
      .toEqual([claims(claimOf(0, 'suspect', noPeer))]);
    expect([table.peers.length, table.introductions]).toEqual([1, 1]);
  });

  it('is known where the same message introduces him, whatever the order', () => {
    const told = claims(claimOf(0, 'suspect', 1), claimOf(1), claimOf(2, 'suspect', 0));
    expect(messagesOf(encodeFrame([told], tableOf(3)), new LearningTable())).toEqual([told]);
    const walking: Message = { type: 'shuffle', origin: claimOf(0), ttl: 2, claims: [claimOf(1, 'suspect', 0)] };
    expect(messagesOf(encodeFrame([walking], tableOf(2)), new LearningTable())).toEqual([walking]);
  });
});

describe('a walk through the overlay', () => {
  it.each(['forward-join', 'shuffle'] as const)('NET6: a %s crosses 16 links, no more', (type) => {
    const table = tableOf(3);
    const frame = encodeFrame([samples[type]], table);
    fc.assert(fc.property(fc.nat(255), (ttl) => {
      const decoded = decodeFrame(frame.with(head, ttl), table);
      if (ttl <= walkTtlMax) expect(decoded).toMatchObject({ type: 'messages', messages: [{ type, ttl }] });
      else expect(decoded).toEqual(malformed);
    }));
  });

  it.each(['forward-join', 'shuffle'] as const)('NET5: a %s whose frame is not sound introduces nobody', (type) => {
    const table = tableOf(3);
    const sound = encodeFrame([samples[type]], table);
    expect(decodeFrame(Uint8Array.of(...sound, ...frameOf(12, 1, [2]).subarray(1)), table)).toEqual(malformed);
    expect(decodeFrame(Uint8Array.of(...sound, 0), table)).toEqual(malformed);
    expect(decodeFrame(sound.with(head, walkTtlMax + 1), table)).toEqual(malformed);
    expect(table.introductions).toBe(0);
    expect(decodeFrame(sound, table).type).toBe('messages');
    expect(table.introductions).toBe(type === 'shuffle' ? 3 : 1);
  });

  it.each(['forward-join', 'shuffle'] as const)('a %s about somebody who is not admitted is left out, not what is beside it', (type) => {
    const table = new ClosedTable();
    expect(decodeFrame(encodeFrame([samples[type], round], tableOf(3)), table)).toEqual({ type: 'messages', messages: [round] });
    // Of a shuffle whose origin is nobody, nobody else is introduced.
    expect(table.introductions).toBe(1);
  });

  it('a shuffle leaves out whom the shell does not admit, and keeps the others', () => {
    const table = tableOf(3);
    const sent = shuffle(3);
    const expected = { ...sent, claims: [claimOf(0), claimOf(2)] };
    expect(messagesOf(encodeFrame([sent], table), new TableWithout(table, 1))).toEqual([expected]);
  });

  it('NET6: a shuffle and its reply tell of 512 members, no more, and with the longest addresses they fit a frame', () => {
    const table = new Table();
    const addresses = Array.from({ length: 4 }, (_, at) => String(at).repeat(200));
    for (let i = 0; i < 2; i++) table.peers.push({ publicKey: new Uint8Array(32).fill(i + 1), certificate: new Uint8Array(64), addresses });
    const many = (count: number): ReturnType<typeof claimOf>[] => Array.from({ length: count }, () => claimOf(0, 'suspect', 1));
    for (const make of [
      (count: number): Message => ({ type: 'shuffle', origin: claimOf(0, 'suspect', 1), ttl: 0, claims: many(count) }),
      (count: number): Message => ({ type: 'shuffle-reply', claims: many(count) }),
    ]) {
      const largest = encodeFrame([make(claimsPerMessageMax)], table);
      expect(largest.length).toBeLessThanOrEqual(frameBytesMax);
      expect(messagesOf(largest, table)).toHaveLength(1);
      expect(decodeFrame(encodeFrame([make(claimsPerMessageMax + 1)], table), table)).toEqual(malformed);
    }
    const claimBytes = encodeFrame([claims(...many(2))], table).length - encodeFrame([claims(...many(1))], table).length;
    expect(claimBytes).toBe(claimBytesMax);
  });
});

describe('probes', () => {
  const target = 1 as PeerIndex;

  it('a ping is 32 bits, repeated by the answer', () => {
    expect([...encodeFrame([{ type: 'ping', token: 0x0102_0304 }], new Table())].slice(1)).toEqual([8, 4, 0, 0, 0, 4, 3, 2, 1]);
  });

  it('a ping-request and a nack are a token and a key', () => {
    const table = tableOf(2);
    for (const [type, code] of [['ping-request', 9], ['nack', 11]] as const) {
      expect([...encodeFrame([{ type, token: 1, target }], table)].slice(1))
        .toEqual([code, 36, 0, 0, 0, 1, 0, 0, 0, ...table.publicKeyOf(target)]);
    }
  });

  it('an ack adds epoch, incarnation and lag', () => {
    const table = tableOf(2);
    const ack: Message = { type: 'ack', token: 1, target, epoch: 2 as Epoch, incarnation: 3 as Incarnation, lagMs: millis(4) };
    expect([...encodeFrame([ack], table)].slice(head))
      .toEqual([1, 0, 0, 0, ...table.publicKeyOf(target), 2, 0, 0, 0, 3, 0, 4, 0]);
  });

  it('a lag of more than a minute is told as one of 65,535 ms', () => {
    const table = tableOf(2);
    for (const lagMs of [lagMsMax, lagMsMax + 1, 1e9]) {
      const ack = { ...(samples.ack as AckMessage), target, lagMs: millis(lagMs) };
      expect(messagesOf(encodeFrame([ack], table), table)).toEqual([{ ...ack, lagMs: lagMsMax }]);
    }
  });

  it.each(['ping-request', 'ack', 'nack'] as const)('a %s about somebody unknown is about nobody, and introduces none', (type) => {
    const table = new Table();
    expect(messagesOf(encodeFrame([samples[type]], tableOf(3)), table)).toMatchObject([{ type, target: noPeer }]);
    expect([table.peers.length, table.introductions]).toEqual([0, 0]);
  });

  it.each(['ping-request', 'ack', 'nack'] as const)('NET1: a %s about nobody can be answered about nobody', (type) => {
    const table = tableOf(3);
    const about = { ...samples[type], target: noPeer } as Message;
    const frame = encodeFrame([about], table);
    expect(frame.subarray(head + 4, head + 36)).toEqual(zeros);
    expect(messagesOf(frame, table)).toEqual([about]);
  });

  it.each(['ping', 'ping-request', 'ack', 'nack', 'neighbor'] as const)('NET5: a %s has exactly its length', (type) => {
    const frame = encodeFrame([samples[type]], tableOf(3));
    const body = [...frame.subarray(head)];
    const code = frame[1] as number;
    expect(decodeFrame(frameOf(code, body.length + 1, [...body, 0]), tableOf(3))).toEqual(malformed);
    expect(decodeFrame(frameOf(code, body.length - 1, body.slice(0, -1)), tableOf(3))).toEqual(malformed);
  });

  it.each([2, 0x80, 255])('NET4: refuses %i where a neighbor is urgent or not', (flag) => {
    expect(decodeFrame(frameOf(12, 1, [flag]), new Table())).toEqual(malformed);
    expect(decodeFrame(frameOf(12, 1, [1]), new Table())).toEqual({ type: 'messages', messages: [{ type: 'neighbor', isUrgent: true }] });
  });
});

describe('the epoch of a member', () => {
  it.each([['a claim', 'claims', head + 2 + 32 + 64 + 1 + 1], ['an ack', 'ack', head + 4 + 32]] as const)(
    'NET6: in %s is that of a start: the numbers of message logs are malformed', (_what, type, at) => {
      const frame = encodeFrame([samples[type]], tableOf(3));
      const withTop = (top: number): Uint8Array => frame.with(at + 3, top);
      expect(decodeFrame(withTop(0x7f), tableOf(3)).type).toBe('messages');
      for (const top of [0x80, 0xff]) expect(decodeFrame(withTop(top), tableOf(3))).toEqual(malformed);
    },
  );
});
