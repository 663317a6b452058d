/// <reference types="node" />
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { change, changeKindsMax, type Change } from './change.test.support.ts';
import { Pen, type Sealed } from './pen.test.support.ts';
import type { SharedDoc } from './shared-doc.ts';
import { Station } from './station.test.support.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

/** One step of a random history of live documents. */
interface Step extends Change {
  readonly action: 'type' | 'transact' | 'edit' | 'undo' | 'redo' | 'seal' | 'hear' | 'withdraw' | 'destroy' | 'restart';
}

const lost = new Error('withdrawn');

/** An author at its desk: a station, a live document, and how far it has heard each log. */
class Desk {
  readonly station: Station;
  readonly #author: number;
  #pen: Pen;
  readonly logs: Sealed[][] = [[]];
  readonly #heard = new Map<Sealed[], number>();
  #undo: { readonly doc: SharedDoc; readonly manager: Y.UndoManager } | undefined;

  constructor(author: number) {
    this.#author = author;
    this.station = new Station(sha256, { shift: author * 10 });
    this.#pen = new Pen(sha256, author);
  }

  get doc(): SharedDoc {
    return this.station.open(this.#pen, 'd');
  }

  act(step: Step): void {
    switch (step.action) {
      case 'type': return change(this.doc, step);
      case 'transact': return this.doc.transact(() => [step, { ...step, kind: step.at % changeKindsMax }].forEach((each) => change(this.doc, each)));
      case 'undo': return void this.#manager().undo();
      case 'redo': return void this.#manager().redo();
      case 'seal': return this.seal();
      case 'destroy': return this.doc.destroy();
      case 'edit': return this.#edit(step);
      case 'withdraw': return this.#withdraw();
      case 'restart': return this.#restart();
      default: throw new Error('the history hears by itself');
    }
  }

  seal(): void {
    this.logs.at(-1)?.push(...this.station.sealEdits(this.#pen));
  }

  /** Takes some batches of another author's log. */
  hear(log: Sealed[], count: number): void {
    const from = this.#heard.get(log) ?? 0;
    for (const sealed of log.slice(from, from + count)) this.station.take(sealed);
    this.#heard.set(log, Math.min(log.length, from + count));
  }

  #edit(step: Step): void {
    this.seal();
    const sealed = this.station.edit(this.#pen, 'd', (doc) => change(doc, step));
    if (sealed !== undefined) this.logs.at(-1)?.push(sealed);
  }

  #withdraw(): void {
    const [first] = this.station.edits.splice(0);
    if (first !== undefined) this.station.replica.withdrawEdit(first, lost);
  }

  /** The same store, a new epoch: the live document is of another log from here on. */
  #restart(): void {
    this.seal();
    this.doc.destroy();
    this.#pen = new Pen(sha256, this.#author, this.#pen.epoch + 1);
    this.logs.push([]);
  }

  /** An undo manager follows one document. */
  #manager(): Y.UndoManager {
    const { doc } = this;
    if (this.#undo?.doc !== doc) this.#undo = { doc, manager: new Y.UndoManager(['map', 'list', 'text'].map((root) => doc.get(root)), { captureTimeout: 0 }) };
    return this.#undo.manager;
  }
}

/** Plays a history; the desks, with everything sealed and nothing heard but what the steps say. */
function play(steps: readonly Step[], authors: number): Desk[] {
  const desks = Array.from({ length: authors }, (_, author) => new Desk(author));
  for (const desk of desks) expect(desk.doc.isDestroyed).toBe(false);
  for (const step of steps) {
    const desk = desks[step.author % authors] as Desk;
    const others = desks.filter((other) => other !== desk).flatMap(({ logs }) => logs);
    if (step.action === 'hear') desk.hear(others[step.at % others.length] as Sealed[], 1 + step.kind);
    else desk.act(step);
    expectLive(desk);
  }
  for (const desk of desks) desk.seal();
  return desks;
}

/** The live document shows what the replica has admitted. */
function expectLive({ station, doc }: Desk): void {
  const { map, list, text } = doc.toJSON();
  const { map: admittedMap = {}, list: admittedList = [], text: admittedText = '' } = station.replica.readDocument('d') ?? {};
  expect([map, list, text]).toEqual([admittedMap, admittedList, admittedText]);
}

/** Everybody hears everything, in different orders. */
function exchange(desks: readonly Desk[]): void {
  for (const [index, desk] of desks.entries()) {
    const logs = desks.filter((other) => other !== desk).flatMap((other) => other.logs);
    for (const log of index % 2 === 0 ? logs : logs.toReversed()) desk.hear(log, log.length);
  }
}

const actions: Step['action'][] = [
  'type', 'type', 'type', 'type', 'transact', 'edit', 'undo', 'redo', 'seal', 'hear', 'hear', 'hear', 'withdraw', 'destroy', 'restart',
];
const step: fc.Arbitrary<Step> = fc.record({
  author: fc.nat({ max: 5 }),
  action: fc.constantFrom(...actions),
  at: fc.nat({ max: 40 }),
  kind: fc.nat({ max: changeKindsMax }),
});
const history = fc.array(step, { minLength: 5, maxLength: 60 });

describe('live documents', () => {
  it.each([2, 3])('STA20: of %i replicas converge to what was admitted, whatever was changed where and heard when', (authors) => {
    fc.assert(fc.property(history, (steps) => {
      const desks = play(steps, authors);
      exchange(desks);
      const [first] = desks as [Desk];
      for (const desk of desks) {
        expectLive(desk);
        expect(desk.station.hash).toBe(first.station.hash);
        expect(desk.station.replica.counters).toMatchObject({ pendingUpdates: 0, inadmissibleUpdates: 0 });
        expect(new Set(desk.station.refusals).difference(new Set([lost.message]))).toEqual(new Set());
        const vector = Y.encodeStateVector(desk.doc);
        desk.doc.destroy();
        // Opened anew it is a copy of what was admitted.
        expect(Y.encodeStateVector(desk.doc)).toEqual(vector);
      }
      const vectors = desks.map(({ doc }) => Y.encodeStateVector(doc));
      expect(vectors).toEqual(desks.map(() => vectors[0]));
    }), { numRuns: 100 });
  });
});
