import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  beginFrame, decodeFrame, encodeFrame, messageOverheadBytes, writeIntroductions, writeMessage, type WireMessage,
} from './codec.ts';
import {
  allSamples, batchBytes, batchMessage, claims, ClosedTable, frameOf, frontier, messages, OpenTable, round, Table, tableOf,
} from './codec.test.support.ts';
import { decodeBatch } from './envelope.ts';
import { encodeHello, noCertificate } from './hello.ts';
import { noPeer, type BatchHandle, type PeerIndex } from './ids.ts';
import { batchBytesMax, frameBytesMax } from './limits.ts';
import { protocolVersion } from './messages.ts';
import type { PeerIntroduction } from './wire-names.ts';

const malformed = { type: 'malformed' };
/** One frame with a message of each type. */
const everything = encodeFrame(allSamples, tableOf(3));
/** The highest number of a message type. */
const lastType = Math.max(...allSamples.map((sample) => encodeFrame([sample], tableOf(3))[1] as number));

function expectCanonical(frame: Uint8Array): void {
  const table = new OpenTable();
  const decoded = decodeFrame(frame, table);
  if (decoded.type === 'messages') expect(encodeFrame(table.sendable(decoded.messages), table)).toEqual(frame);
  if (decoded.type !== 'messages') expect(table.introductions).toBe(0);
}

describe('a frame', () => {
  it('NET3: decodes to what was encoded', () => {
    fc.assert(fc.property(messages, (sent) => {
      const table = tableOf(8);
      const expected = sent.map((message) => {
        if (message.type !== 'batch') return message;
        const bytes = table.bytesOf(message.handle);
        return { type: 'received-batch', batch: decodeBatch(bytes), bytes, hops: message.hops, place: message.place };
      });
      expect(decodeFrame(encodeFrame(sent, table), table)).toEqual({ type: 'messages', messages: expected });
      expect(table.peers).toHaveLength(8);
    }));
  });

  it('is the version, then messages, each after its type and length', () => {
    expect([...encodeFrame([round], tableOf(0))]).toEqual([
      protocolVersion, 1, 9, 0, 0, 0, 4, 3, 2, 1, 0xfe, 0xff, 0xff, 0xff, 1,
    ]);
    expect(messageOverheadBytes).toBe(encodeFrame([round], tableOf(0)).length - 1 - 9);
  });

  it('is the same whether it is written at once or message by message', () => {
    const table = tableOf(3);
    const writer = beginFrame();
    for (const message of allSamples) writeMessage(writer, message, table);
    expect(writer.finish()).toEqual(everything);
  });

  it('NET4: has exactly one encoding: after any change of one byte it is refused, or says what it encodes', () => {
    for (let at = 0; at < everything.length; at++) {
      for (const value of [0, 1, 2, 3, 4, 5, 12, 15, 16, 17, 0x7f, 0x80, 0xff]) expectCanonical(everything.with(at, value));
      expectCanonical(everything.with(at, (everything[at] as number) ^ 1));
    }
  });

  it('NET4: has exactly one encoding, whatever is cut out, put in or changed', () => {
    const edit = fc.record({ at: fc.nat(everything.length), cut: fc.nat(4), put: fc.uint8Array({ maxLength: 4 }) });
    fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const frame = edits.reduce((bytes, { at, cut, put }) => bytes.toSpliced(at, cut, ...put), [...everything]);
      expectCanonical(Uint8Array.from(frame));
    }), { numRuns: 1_000 });
  });

  it('NET1: of any bytes never makes the decoder throw', () => {
    const small = fc.array(fc.oneof(fc.nat(4), fc.nat(255)), { maxLength: 120 });
    fc.assert(fc.property(small, fc.integer({ min: 0, max: lastType + 1 }), (body, type) => {
      expectCanonical(Uint8Array.from(body));
      expectCanonical(frameOf(type, body.length, body));
    }), { numRuns: 1_000 });
  });

  it('gives views of the batches in it, not copies', () => {
    const table = tableOf(3);
    const decoded = decodeFrame(everything, table);
    const batch = decoded.type === 'messages' ? decoded.messages[2] : undefined;
    expect(batch?.type === 'received-batch' && batch.bytes.buffer).toBe(everything.buffer);
    expect(batch?.type === 'received-batch' && batch.bytes).toEqual(table.bytesOf(1 as BatchHandle));
  });
});

describe('decodeFrame', () => {
  it('NET5: refuses a frame that is cut anywhere but between messages, and introduces nobody', () => {
    const table = tableOf(3);
    const ends = new Set(allSamples.map((_, count) => encodeFrame(allSamples.slice(0, count), table).length));
    for (let length = 0; length < everything.length; length++) {
      if (ends.has(length)) expect(decodeFrame(everything.subarray(0, length), tableOf(3)).type).toBe('messages');
      else expect(decodeFrame(everything.subarray(0, length), table)).toEqual(malformed);
    }
    expect(table.introductions).toBe(0);
  });

  it('NET5: introduces nobody of a sound message beside a malformed one, and everybody of a sound frame', () => {
    const table = tableOf(3);
    const sound = encodeFrame([claims(3)], table);
    expect(decodeFrame(Uint8Array.of(...sound, ...frameOf(1, 1, [0]).subarray(1)), table)).toEqual(malformed);
    expect(decodeFrame(Uint8Array.of(...sound, 0), table)).toEqual(malformed);
    expect(table.introductions).toBe(0);
    expect(decodeFrame(sound, table).type).toBe('messages');
    expect(table.introductions).toBe(3);
  });

  it('NET3, NET5: introduces whom a frame introduces, each as its sender knows it, and makes no message of it', () => {
    const table = tableOf(3);
    const frame = beginFrame();
    writeIntroductions(frame, [2 as PeerIndex, 0 as PeerIndex], table);
    writeMessage(frame, round, table);
    const told: PeerIntroduction[] = [];
    const introduce = (introduction: PeerIntroduction): PeerIndex => (told.push(introduction) - 1) as PeerIndex;
    const listening = Object.assign(tableOf(0), { introduce });
    const whole = frame.finish();
    expect(decodeFrame(whole, listening)).toEqual({ type: 'messages', messages: [round] });
    expect(told).toEqual([table.at(2 as PeerIndex), table.at(0 as PeerIndex)]);
    told.length = 0;
    expect(decodeFrame(whole.subarray(0, whole.length - 1), listening).type).toBe('malformed');
    expect(told).toEqual([]);
  });

  it('refuses introductions of nobody', () => {
    const frame = beginFrame();
    writeIntroductions(frame, [], tableOf(0));
    expect(decodeFrame(frame.finish(), tableOf(0)).type).toBe('malformed');
  });

  it('leaves out the claims about peers that the shell does not admit', () => {
    expect(decodeFrame(encodeFrame([claims(2)], tableOf(2)), new ClosedTable()))
      .toEqual({ type: 'messages', messages: [{ type: 'claims', claims: [] }] });
  });

  it('says `noPeer` of authors that it does not know, and adds none', () => {
    const table = new Table();
    const entries = [0, 1].map(() => ({ author: noPeer, epoch: 1, sequence: 2 }));
    expect(decodeFrame(encodeFrame([frontier(2)], tableOf(2)), table))
      .toEqual({ type: 'messages', messages: [{ type: 'frontier', entries, isReply: false }] });
    expect([table.peers.length, table.introductions]).toEqual([0, 0]);
  });

  it('NET8: tells another version by the first byte alone', () => {
    fc.assert(fc.property(fc.nat(255), fc.uint8Array({ maxLength: 60 }), (version, more) => {
      fc.pre(version !== protocolVersion);
      expect(decodeFrame(Uint8Array.of(version, ...more), new Table())).toEqual({ type: 'other-version', version });
    }));
  });

  it('NET9: takes no greeting for a frame of messages', () => {
    const addresses = ['/ip4/127.0.0.1'];
    const hello = encodeHello({ networkId: new Uint8Array(16), certificate: noCertificate, addresses });
    expect(decodeFrame(hello, new Table())).toEqual(malformed);
  });

  it.each([0, lastType + 1, lastType + 2, 0x6d, 255])('refuses the unknown message type %i', (type) => {
    expect(decodeFrame(frameOf(type, 0), new Table())).toEqual(malformed);
    expect(decodeFrame(frameOf(type, 9, [4, 3, 2, 1, 4, 3, 2, 1, 0]), new Table())).toEqual(malformed);
  });

  it('NET5: refuses bytes that a message has beyond its end', () => {
    expect(decodeFrame(frameOf(1, 9, [4, 3, 2, 1, 4, 3, 2, 1, 0]), new Table()).type).toBe('messages');
    expect(decodeFrame(frameOf(1, 10, [4, 3, 2, 1, 4, 3, 2, 1, 0, 0]), new Table())).toEqual(malformed);
    expect(decodeFrame(frameOf(2, 4, [0, 0, 0, 0]), new Table())).toEqual(malformed);
    expect(decodeFrame(frameOf(4, 3, [0, 0, 0]), new Table())).toEqual(malformed);
    expect(decodeFrame(frameOf(3, batchBytes(0).length + 2, [0, ...batchBytes(0), 0]), new Table())).toEqual(malformed);
  });

  it.each([2, 0x80, 255])('NET4: refuses %i where a flag is 0 or 1', (flag) => {
    expect(decodeFrame(frameOf(1, 9, [4, 3, 2, 1, 4, 3, 2, 1, flag]), new Table())).toEqual(malformed);
    expect(decodeFrame(frameOf(2, 3, [flag, 0, 0]), new Table())).toEqual(malformed);
  });

  it('refuses a member state that has no name', () => {
    const table = tableOf(1);
    const frame = encodeFrame([claims(1)], table);
    const at = 1 + messageOverheadBytes + 2 + 32 + 64 + 1;
    expect(decodeFrame(frame.with(at, 3), table)).toMatchObject({ messages: [{ claims: [{ state: 'left' }] }] });
    expect(decodeFrame(frame.with(at, 4), table)).toEqual(malformed);
  });

  it('refuses no bytes at all', () => {
    expect(decodeFrame(new Uint8Array(0), new Table())).toEqual(malformed);
  });
});

describe('limits of a frame', () => {
  const typeOf = (sent: readonly WireMessage[], table: Table): string => decodeFrame(encodeFrame(sent, table), table).type;

  it('NET6: 1,024 messages, no more', () => {
    const sent = Array.from({ length: 1_024 }, () => round);
    expect(typeOf(sent, tableOf(0))).toBe('messages');
    expect(typeOf([...sent, round], tableOf(0))).toBe('malformed');
  });

  it('NET6: 8,192 logs in a frontier, no more', () => {
    const table = tableOf(8_193);
    expect(typeOf([frontier(8_192)], table)).toBe('messages');
    expect(typeOf([frontier(8_193)], table)).toBe('malformed');
  });

  it('NET6: 512 claims in a message, no more', () => {
    const table = tableOf(513);
    expect(typeOf([claims(512)], table)).toBe('messages');
    expect(typeOf([claims(513)], table)).toBe('malformed');
    expect(table.introductions).toBe(512);
  });

  it('NET6: 4 addresses of 200 bytes in a claim, no more', () => {
    const typeWith = (addresses: readonly string[]): string => {
      const table = new Table();
      table.peers.push({ publicKey: new Uint8Array(32), certificate: noCertificate, addresses });
      return typeOf([claims(1)], table);
    };
    expect(typeWith(Array.from({ length: 4 }, () => 'x'.repeat(200)))).toBe('messages');
    expect(typeWith(Array.from({ length: 5 }, () => 'x'))).toBe('malformed');
    expect(typeWith(['x'.repeat(201)])).toBe('malformed');
  });

  it('NET6: 640 KiB in all, no byte more', () => {
    const table = new Table();
    const overhead = batchBytes(0).length;
    const first = 1 + 2 * (messageOverheadBytes + 2) + batchBytesMax;
    table.batches.push(batchBytes(batchBytesMax - overhead), batchBytes(frameBytesMax - first - overhead));
    const fitting = [batchMessage(0), batchMessage(1)];
    expect(encodeFrame(fitting, table)).toHaveLength(frameBytesMax);
    expect(typeOf(fitting, table)).toBe('messages');
    table.batches[1] = batchBytes(frameBytesMax - first - overhead + 1);
    expect(typeOf(fitting, table)).toBe('malformed');
  });
});

describe('a length that nothing backs', () => {
  const allocated: number[] = [];
  /** Records the sizes of buffers made while it stands in for the constructor. */
  const recorded = <Made extends object>(type: new (...given: never[]) => Made): typeof type => new Proxy(type, {
    construct: (target, given, newTarget) => {
      allocated.push(typeof given[0] === 'number' ? given[0] : 0);
      return Reflect.construct(target, given, newTarget) as Made;
    },
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    allocated.length = 0;
  });

  it.each([
    ['a message', frameOf(1, 2 ** 30)],
    ['a batch', frameOf(3, 2 ** 30)],
    ['all there is to say', frameOf(3, 2 ** 32 - 1)],
    ['a frontier', frameOf(2, 3, [0, 0xff, 0xff])],
    ['a frontier within its limit', frameOf(2, 3, [0, 0, 4])],
    ['claims', frameOf(4, 2, [0, 2])],
    ['a payload', (() => {
      const body = batchBytes(0);
      body.set([0, 0, 0, 0x40], body.length - 64 - 4);
      return frameOf(3, body.length + 1, [0, ...body]);
    })()],
  ])('NET2: is refused without an allocation: %s', (_what, frame) => {
    vi.stubGlobal('Uint8Array', recorded(Uint8Array));
    vi.stubGlobal('ArrayBuffer', recorded(ArrayBuffer));
    expect(decodeFrame(frame, new Table())).toEqual(malformed);
    expect(allocated).toEqual([]);
  });

  it('is noticed by the recorder: a writer does allocate', () => {
    vi.stubGlobal('Uint8Array', recorded(Uint8Array));
    encodeFrame([round], new Table());
    expect(allocated).toEqual([512]);
  });
});
