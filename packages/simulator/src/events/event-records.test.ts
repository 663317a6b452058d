import {
  bytes, millis, noPeer, offTreeHops,
  type BatchHandle, type BatchMessage, type Epoch, type Incarnation, type Input, type MemberClaim, type Message, type PeerIndex, type Sequence, type Timer,
} from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { EventRecords, kindOf } from './event-records.ts';
import { SideTable } from './side-table.ts';
import { noRecord, TimingWheel, words } from './timing-wheel.ts';

const peer = 900_000 as PeerIndex;
const epoch = 0xffff_ffff as Epoch;
const incarnation = 0xffff as Incarnation;
const token = 0xffff_fffe;
const header = { author: peer, epoch, firstSequence: 1 as Sequence, count: 3, hash48: 7, bytes: bytes(160) };
const batch: BatchMessage = { type: 'batch', header, handle: 5 as BatchHandle, hops: offTreeHops, place: 'next' };
const claim: MemberClaim = { peer, state: 'suspect', epoch, incarnation, accuser: noPeer };
const ids = [{ author: peer, epoch, sequence: 2 ** 47 as Sequence, hops: 4 }];

const messages: readonly Message[] = [
  { type: 'round', digest: { high: 0xffff_ffff, low: 0x8000_0001 }, isReply: true },
  { type: 'round', digest: { high: 1, low: 0 }, isReply: false },
  { type: 'ping', token },
  { type: 'ack', token, target: peer, epoch, incarnation, lagMs: millis(0xffff) },
  batch,
  { type: 'prune' },
  { type: 'ping-request', token, target: peer },
  { type: 'nack', token, target: peer },
  { type: 'neighbor', isUrgent: true },
  { type: 'ihave', ids },
  { type: 'graft', ids },
  { type: 'claims', claims: [claim] },
  { type: 'frontier', entries: [{ author: peer, epoch, sequence: 2 ** 47 as Sequence }], isReply: true },
  { type: 'shuffle', origin: claim, ttl: 3, claims: [claim] },
  { type: 'shuffle-reply', claims: [] },
  { type: 'forward-join', claim, ttl: 6 },
];

const timers: readonly Timer[] = [
  { type: 'start-round' }, { type: 'flush-outbox' }, { type: 'spread-claims' }, { type: 'maintain-views' }, { type: 'probe-next' },
  { type: 'shuffle-views' }, { type: 'announce-batches' }, { type: 'graft-missing' },
  { type: 'probe-indirectly', peer, token }, { type: 'end-probe', peer, token },
  { type: 'send-nack', peer, target: peer, token },
  { type: 'judge-suspicion', peer, epoch, incarnation }, { type: 'declare-dead', peer, epoch, incarnation },
];

function recordsOf(wheel: TimingWheel): EventRecords {
  return new EventRecords(wheel, new SideTable(), () => batch);
}

function nextOf(wheel: TimingWheel): number {
  while (true) {
    const record = wheel.next();
    if (record !== noRecord) return record;
    wheel.tick();
  }
}

function inputOf(wheel: TimingWheel, records: EventRecords, record: number): Input {
  return records.inputOf(kindOf(wheel.records[record + words.head] as number), record, peer);
}

describe('a record says all that was asked for', () => {
  it.each(messages)('of the message $type', (message) => {
    const wheel = new TimingWheel(1);
    const records = recordsOf(wheel);
    records.addMessage(40, 17, 4_095, 77, message);
    const record = nextOf(wheel);
    expect(wheel.nowMs).toBe(40);
    expect(records.linkOf(record)).toBe(77);
    expect(inputOf(wheel, records, record)).toEqual({ type: 'message', from: peer, message });
  });

  it.each(timers)('of the timer $type', (timer) => {
    const wheel = new TimingWheel(1);
    const records = recordsOf(wheel);
    records.addTimer(2_000, 4_095, timer);
    expect(inputOf(wheel, records, nextOf(wheel))).toEqual({ type: 'timer', timer });
  });

  it('and a list is not the sender\'s any more', () => {
    const wheel = new TimingWheel(1);
    const records = recordsOf(wheel);
    const claims = [claim];
    records.addMessage(1, 0, 1, 1, { type: 'claims', claims });
    claims.length = 0;
    expect(inputOf(wheel, records, nextOf(wheel))).toEqual({ type: 'message', from: peer, message: { type: 'claims', claims: [claim] } });
  });
});
