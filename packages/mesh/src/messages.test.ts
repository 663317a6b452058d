/** Messages on topics in a whole mesh: they travel as writes do, and are kept for a while only. */
import {
  isMessageLog, millis, mix32, silentObserver, type Effects, type MeshEvent, type NodeIndex, type PeerIndex,
} from '@murmuration/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputs } from './inputs.test.support.ts';
import { Mesh } from './mesh.ts';
import { resolveMeshOptions } from './options.ts';
import { TestWorld, type WorldOptions } from './world.test.support.ts';

const peerOf = (index: number): PeerIndex => index as PeerIndex;

interface Heard {
  readonly by: PeerIndex;
  readonly author: PeerIndex;
  readonly sequence: number;
  readonly afterMs: number;
}

/** A world that writes down what subscribers are told, as a shell does. */
class TalkingWorld extends TestWorld {
  readonly heard: Heard[] = [];
  readonly #saidAtMs = new Map<string, number>();

  sayOne(author: number): void {
    const { header } = super.say(peerOf(author));
    this.#saidAtMs.set(`${author} ${header.firstSequence}`, this.now);
  }

  override emit(node: NodeIndex, event: MeshEvent): void {
    super.emit(node, event);
    if (event.type !== 'batch-accepted' || event.from < 0 || event.batch.place === 'past') return;
    const { author, epoch, firstSequence: sequence } = event.batch.header;
    if (!isMessageLog(epoch)) return;
    const by = this.running.find((peer) => this.nodeOf(peer) === node) as PeerIndex;
    this.heard.push({ by, author, sequence, afterMs: this.now - (this.#saidAtMs.get(`${author} ${sequence}`) ?? Number.NaN) });
  }

  heardBy(peer: number): number[] {
    return this.heard.filter(({ by }) => by === peer).map(({ sequence }) => sequence);
  }
}

const sparse = { peerRegistry: { neighborsMax: 8, connectsPerLookMax: 4 } };

function started(options: WorldOptions, peers = options.peers): TalkingWorld {
  const world = new TalkingWorld({ latencyMinMs: 1, latencyMaxMs: 10, ...options });
  for (let peer = 0; peer < peers; peer++) world.start(peerOf(peer));
  world.run(10_000);
  return world;
}

const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('GOS23: a message reaches every node once, an author\'s in their order', () => {
  it('60 nodes with views of 8 that lose a quarter of all messages', () => {
    const world = started({ seed: 71, peers: 60, loss: 0.25, options: sparse });
    for (let i = 0; i < 20; i++) {
      world.sayOne(7);
      world.run(100);
    }
    world.runUntil(() => world.isEqual, 20_000);
    for (const peer of upTo(59, 0)) expect(world.heardBy(peer), `peer ${peer}`).toEqual(peer === 7 ? [] : upTo(20));
  });
});

describe('GOS24: who was cut off gets what is still kept, and goes on from there', () => {
  it('12 nodes, one of them away for four times as long as messages are kept', () => {
    const [keepMs, away] = [5_000, 11];
    const world = started({ seed: 72, peers: 12, keepMs });
    const talk = (forMs: number): void => {
      for (let i = 0; i < forMs / 500; i++) {
        world.sayOne(3);
        world.run(500);
      }
    };
    talk(2_000);
    world.cut([peerOf(away)]);
    talk(20_000);
    world.mend();
    talk(10_000);
    world.runUntil(() => world.isEqual, 20_000);
    const last = 64;
    const heard = world.heardBy(away);
    const back = heard.findIndex((sequence, at) => sequence !== at + 1);
    const first = heard[back] as number;
    // Without a hole before and after, and nothing that was not kept any more.
    expect(heard).toEqual([...upTo(back), ...upTo(last, first)]);
    const catchingUp = world.heard.filter(({ by, afterMs }) => by === away && afterMs > 1_000);
    expect(Math.max(...catchingUp.map(({ afterMs }) => afterMs))).toBeLessThan(keepMs + 100);
    expect(Math.max(...catchingUp.map(({ afterMs }) => afterMs))).toBeGreaterThan(keepMs - 1_000);
    for (const peer of [0, 5, 10]) expect(world.heardBy(peer)).toEqual(upTo(last));
  });
});

describe('GOS25: a newcomer converges though all is trimmed, and is told nothing old', () => {
  it.each([['to nobody else is it news', 2], ['nor where most are newcomers', 9]])('%s', (_what, newcomers) => {
    const world = started({ seed: 73, peers: 12, keepMs: 3_000 }, 12 - newcomers);
    for (let i = 0; i < 10; i++) {
      for (const author of [0, 1, 2]) world.sayOne(author);
      world.run(100);
    }
    world.run(4_000);
    const heardBefore = world.heard.length;
    for (let peer = 12 - newcomers; peer < 12; peer++) world.start(peerOf(peer));
    world.runUntil(() => world.isEqual, 20_000);
    world.run(2_000);
    expect(world.heard.length).toBe(heardBefore);
    world.sayOne(1);
    world.run(1_000);
    expect(world.heard.slice(heardBefore).map(({ by, sequence }) => [by, sequence]).toSorted(([a = 0], [b = 0]) => a - b))
      .toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((by) => [by, 11]));
  });
});

describe('GOS21: a state log goes on without holes', () => {
  it('whatever strangers claim of the place of its batches', () => {
    const options = resolveMeshOptions({ gossip: { logsMax: 8 } });
    const tags = { highOf: (peer: PeerIndex) => mix32(2 * peer), lowOf: (peer: PeerIndex) => mix32(2 * peer + 1) };
    const nothing = (): void => undefined;
    let skips = 0;
    fc.assert(fc.property(fc.array(inputs, { maxLength: 60 }), (all) => {
      const known = new Map<string, number>();
      const emit = (_node: NodeIndex, event: MeshEvent): void => {
        if (event.type !== 'batch-accepted') return;
        const { author, epoch, firstSequence, count } = event.batch.header;
        const before = known.get(`${author} ${epoch}`) ?? 0;
        if (!isMessageLog(epoch) || event.batch.place === 'next') expect(firstSequence).toBe(before + 1);
        else if (firstSequence > before + 1) skips++;
        known.set(`${author} ${epoch}`, firstSequence + count - 1);
      };
      const effects: Effects = { send: nothing, setTimer: nothing, connect: nothing, disconnect: nothing, emit };
      const source = { batchAfter: () => undefined, batchOf: () => undefined };
      const mesh = new Mesh(1, { options, observer: silentObserver, tags, source, seed: 1 });
      all.forEach((input, at) => mesh.handle(0 as NodeIndex, input, millis(at * 100), effects));
    }), { numRuns: 500 });
    // The generator makes such batches at all.
    expect(skips).toBeGreaterThan(0);
  });
});
