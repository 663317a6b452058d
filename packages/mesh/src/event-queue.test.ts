import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventQueue } from './event-queue.test.support.ts';

it('events happen by time, and by order of asking where times are equal', () => {
  fc.assert(fc.property(fc.array(fc.option(fc.nat(5)), { maxLength: 60 }), (all) => {
    const queue = new EventQueue();
    const happened: number[] = [];
    let model: { readonly atMs: number; readonly id: number }[] = [];
    all.forEach((atMs, id) => {
      if (atMs === null) {
        const [first, ...rest] = model.toSorted((one, other) => one.atMs - other.atMs || one.id - other.id);
        model = rest;
        expect(queue.nextAtMs).toBe(first?.atMs ?? Infinity);
        queue.step();
        expect(happened.pop()).toBe(first?.id);
      } else {
        queue.push(atMs, () => happened.push(id));
        model.push({ atMs, id });
      }
    });
  }));
});
