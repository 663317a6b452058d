import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, messageOverheadBytes } from './codec.ts';
import { batchBytes, batchMessage, frameOf, idsOf, samples, Table, tableOf } from './codec.test.support.ts';
import { batchBytesMax, batchIdsPerMessageMax, frameBytesMax, hopsMax } from './limits.ts';
import { noPeer } from './ids.ts';
import { protocolVersion } from './messages.ts';

const malformed = { type: 'malformed' };
const head = 1 + messageOverheadBytes;
const messagesOf = (frame: Uint8Array, table: Table): readonly unknown[] => {
  const decoded = decodeFrame(frame, table);
  return decoded.type === 'messages' ? decoded.messages : [];
};

describe('hops', () => {
  it('stand before the batch, outside of what its author signed', () => {
    const table = tableOf(0);
    const frame = encodeFrame([batchMessage(1, 7)], table);
    expect(frame[head]).toBe(7);
    expect(frame.subarray(head + 2)).toEqual(table.bytesOf(batchMessage(1).handle));
    expect(messagesOf(frame.with(head, 9), table)).toMatchObject([{ type: 'received-batch', hops: 9 }]);
  });

  it('are counted up to 255 and stay there', () => {
    const table = tableOf(1);
    const [id] = idsOf(1);
    for (const hops of [hopsMax, hopsMax + 1, 10 * hopsMax]) {
      expect(messagesOf(encodeFrame([batchMessage(0, hops)], table), table)).toMatchObject([{ hops: hopsMax }]);
      const ids = id === undefined ? [] : [{ ...id, hops }];
      expect(messagesOf(encodeFrame([{ type: 'ihave', ids }], table), table)).toMatchObject([{ ids: [{ hops: hopsMax }] }]);
    }
  });

  it('without a batch are malformed', () => {
    for (const length of [0, 1, 2]) {
      expect(decodeFrame(frameOf(3, length, Array.from({ length }, () => 0)), new Table())).toEqual(malformed);
    }
  });

  it('NET6: are not counted among the bytes of the largest batch', () => {
    const table = new Table();
    table.batches.push(batchBytes(batchBytesMax - batchBytes(0).length), batchBytes(batchBytesMax - batchBytes(0).length + 1));
    const [largest, larger] = [0, 1].map((handle) => encodeFrame([batchMessage(handle)], table)) as [Uint8Array, Uint8Array];
    expect(larger.length).toBeLessThan(frameBytesMax);
    expect(messagesOf(largest, table)).toHaveLength(1);
    expect(decodeFrame(larger, table)).toEqual(malformed);
  });
});

describe('the place of a batch', () => {
  it.each([['next', 0], ['first-kept', 1], ['past', 2]] as const)('%s is the byte %i behind the hops', (place, byte) => {
    const table = tableOf(0);
    const frame = encodeFrame([batchMessage(1, 7, place)], table);
    expect([...frame.subarray(head, head + 2)]).toEqual([7, byte]);
    expect(messagesOf(frame, table)).toMatchObject([{ type: 'received-batch', place }]);
  });

  it('NET4: is one of three: any other byte is malformed', () => {
    const frame = encodeFrame([batchMessage(1)], tableOf(0));
    for (const byte of [3, 128, 255]) expect(decodeFrame(frame.with(head + 1, byte), tableOf(0))).toEqual(malformed);
  });
});

describe.each(['ihave', 'graft'] as const)('%s', (type) => {
  it('is a count, and each id by author, epoch, sequence and hops', () => {
    const table = tableOf(1);
    const body = [...encodeFrame([{ type, ids: idsOf(1) }], table)].slice(head);
    expect(body).toEqual([1, 0, ...table.publicKeyOf(idsOf(1)[0]?.author ?? noPeer), 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]);
  });

  it('NET6: names 1,024 batches, no more', () => {
    const table = tableOf(1_025);
    expect(messagesOf(encodeFrame([{ type, ids: idsOf(batchIdsPerMessageMax) }], table), table)).toHaveLength(1);
    expect(decodeFrame(encodeFrame([{ type, ids: idsOf(batchIdsPerMessageMax + 1) }], table), table)).toEqual(malformed);
  });

  it('says `noPeer` of authors that it does not know, and introduces none', () => {
    const table = new Table();
    expect(messagesOf(encodeFrame([{ type, ids: idsOf(2) }], tableOf(2)), table))
      .toMatchObject([{ type, ids: [{ author: noPeer }, { author: noPeer }] }]);
    expect(table.introductions).toBe(0);
  });

  it('NET1: of a log of nobody is written as zeros, and is of nobody', () => {
    const ids = idsOf(1).map((id) => ({ ...id, author: noPeer }));
    expect(messagesOf(encodeFrame([{ type, ids }], tableOf(1)), tableOf(1))).toEqual([{ type, ids }]);
  });

  it('NET2, NET5: is refused where ids are announced that are not there, or bytes follow them', () => {
    const frame = encodeFrame([samples[type]], tableOf(2));
    const count = frame[head] as number;
    expect(decodeFrame(frame.with(head, count + 1), tableOf(2))).toEqual(malformed);
    expect(decodeFrame(frame.with(head, count - 1), tableOf(2))).toEqual(malformed);
  });
});

describe('prune', () => {
  it('NET5: has no body', () => {
    expect([...encodeFrame([{ type: 'prune' }], new Table())]).toEqual([protocolVersion, 7, 0, 0, 0, 0]);
    expect(decodeFrame(frameOf(7, 1, [0]), new Table())).toEqual(malformed);
  });
});
