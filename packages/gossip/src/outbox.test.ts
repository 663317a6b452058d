import fc from 'fast-check';
import { noPeer, type BatchHandle } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { Outbox, type Outgoing } from './outbox.ts';
import { contextFor, node, peerOf } from './gossip.test.support.ts';

const outgoing = (handle: number, isOwn: boolean): Outgoing =>
  ({ handle: handle as BatchHandle, from: isOwn ? noPeer : peerOf(handle + 1), hops: handle % 256 });

interface Listed {
  readonly entry: Outgoing;
  isSent: boolean;
}

/** The same rules, written as a list. */
class ListedOutbox {
  readonly list: Listed[] = [];
  dropped = 0;

  push(max: number, entry: Outgoing, isSent: boolean): void {
    if (this.list.length === max) {
      const rank = ({ entry: { from }, isSent: announced }: Listed): number => (announced ? 0 : from === noPeer ? 2 : 1);
      const least = Math.min(...this.list.map(rank));
      this.list.splice(this.list.findIndex((listed) => rank(listed) === least), 1);
      this.dropped++;
    }
    this.list.push({ entry, isSent });
  }

  takeWaiting(): Outgoing | undefined {
    const waiting = this.list.filter(({ isSent }) => !isSent);
    const next = waiting.find(({ entry }) => entry.from === noPeer) ?? waiting[0];
    if (next !== undefined) next.isSent = true;
    return next?.entry;
  }

  takeSent(): Outgoing[] {
    const taken = this.list.filter(({ isSent }) => isSent).map(({ entry }) => entry);
    this.list.splice(0, this.list.length, ...this.list.filter(({ isSent }) => !isSent));
    return taken;
  }
}

describe('GOS5: the outbox never holds more than its bound, and a full one drops the oldest of the least important', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ handle: fc.nat(999), isOwn: fc.boolean(), isSent: fc.boolean() }),
      fc.constantFrom('take-waiting' as const, 'take-sent' as const),
    ),
    { maxLength: 60 },
  );

  it('agrees with a list', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 7 }), steps, (max, all) => {
      const facts: string[] = [];
      const outbox = new Outbox(max, contextFor(facts));
      const model = new ListedOutbox();
      for (const step of all) {
        if (step === 'take-waiting') expect(outbox.takeWaiting(node)).toEqual(model.takeWaiting());
        else if (step === 'take-sent') expect(outbox.takeSent(node)).toEqual(model.takeSent());
        else {
          outbox.push(node, outgoing(step.handle, step.isOwn), step.isSent);
          model.push(max, outgoing(step.handle, step.isOwn), step.isSent);
        }
        expect(outbox.length(node)).toBe(model.list.length);
        expect(outbox.length(node)).toBeLessThanOrEqual(max);
        expect(outbox.hasWaiting(node)).toBe(model.list.some(({ isSent }) => !isSent));
      }
      expect(facts).toEqual(Array.from({ length: model.dropped }, () => 'outbox overflowed'));
    }));
  });

  it('announcements go first, then what others wrote, and our own last', () => {
    const outbox = new Outbox(3, contextFor([]));
    outbox.push(node, outgoing(1, true), false);
    outbox.push(node, outgoing(2, false), false);
    outbox.push(node, outgoing(3, false), true);
    outbox.push(node, outgoing(4, true), false);
    outbox.push(node, outgoing(5, true), false);
    expect(outbox.takeSent(node)).toEqual([]);
    const taken = [outbox.takeWaiting(node), outbox.takeWaiting(node), outbox.takeWaiting(node)];
    expect(taken.map((entry) => entry?.handle)).toEqual([1, 4, 5]);
  });

  it('our own batches are sent before forwarded ones, each kind oldest first', () => {
    const outbox = new Outbox(9, contextFor([]));
    for (const [handle, isOwn] of [[1, false], [2, true], [3, false], [4, true]] as const) {
      outbox.push(node, outgoing(handle, isOwn), false);
    }
    const order = Array.from({ length: 5 }, () => outbox.takeWaiting(node)?.handle);
    expect(order).toEqual([2, 4, 1, 3, undefined]);
    expect(outbox.takeSent(node).map(({ handle }) => handle)).toEqual([1, 2, 3, 4]);
    expect(outbox.length(node)).toBe(0);
  });
});
