import type { BatchMessage, MeshEvent, Message, NodeIndex, PeerIndex } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { TestWorld, type WorldOptions } from './world.test.support.ts';

const peerOf = (index: number): PeerIndex => index as PeerIndex;

/** A world that notes how each batch spreads. */
class SpreadWorld extends TestWorld {
  readonly afterMs: number[][] = [];
  hopsMax = 0;
  copies = 0;
  grafts = 0;
  readonly writtenAtMs: number[] = [];
  /** The links that batches went along, as `from * 10,000 + to`. */
  readonly used = new Set<number>();
  /** Links that swallow everything while both ends believe in them. */
  readonly dead = new Set<number>();

  override write(author: PeerIndex, count = 1): BatchMessage {
    this.writtenAtMs.push(this.now);
    this.afterMs.push([]);
    return super.write(author, count);
  }

  override send(node: NodeIndex, to: PeerIndex, message: Message): void {
    if (message.type === 'batch') {
      this.copies++;
      this.used.add(node * 10_000 + to);
    }
    if (message.type === 'graft') this.grafts++;
    if (!this.dead.has(node * 10_000 + to)) super.send(node, to, message);
  }

  override emit(node: NodeIndex, event: MeshEvent): void {
    super.emit(node, event);
    if (event.type !== 'batch-accepted' || event.from < 0) return;
    const { handle, hops } = event.batch;
    this.afterMs[handle]?.push(this.now - (this.writtenAtMs[handle] as number));
    if (hops < 255) this.hopsMax = Math.max(this.hopsMax, hops);
  }

  get deliveries(): number {
    return this.afterMs.reduce((sum, { length }) => sum + length, 0);
  }

  writeInTurn(count: number, gapMs: number): void {
    for (let i = 0; i < count; i++) {
      this.write(peerOf((i * 13 + 5) % this.running.length));
      this.run(gapMs);
    }
  }
}

function started(options: WorldOptions): SpreadWorld {
  const world = new SpreadWorld({ latencyMinMs: 1, latencyMaxMs: 10, ...options });
  world.startAll();
  world.run(10_000);
  return world;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * values.length)] ?? Number.NaN;
}

describe('GOS19: once trees have formed, a delivery costs less than 1.3 copies', () => {
  it.each<[string, WorldOptions]>([
    ['9 nodes, all linked', { seed: 61, peers: 9 }],
    ['100 nodes with views of 10', {
      seed: 62, peers: 100, options: { peerRegistry: { neighborsMax: 10, connectsPerLookMax: 5 } },
    }],
  ])('%s', (_what, options) => {
    const world = started(options);
    world.writeInTurn(50, 100);
    const before = { copies: world.copies, deliveries: world.deliveries };
    world.hopsMax = 0;
    world.writeInTurn(50, 100);
    world.run(1_000);
    const steady = world.afterMs.slice(50);
    const each = steady.flat();
    expect(each.length).toBe(50 * (options.peers - 1));
    const copies = (world.copies - before.copies) / (world.deliveries - before.deliveries);
    expect(copies).toBeLessThan(1.3);
    expect(quantile(each, 0.99)).toBeLessThan(300);
    expect(Math.max(...each)).toBeLessThan(1_000);
    expect(world.hopsMax).toBeLessThan(options.peers);
  });
});

describe('GOS20: every batch reaches every node, whatever is lost', () => {
  it('200 nodes with views of 10 that lose a quarter of all messages', () => {
    const world = started({
      seed: 63, peers: 200, loss: 0.25, options: { peerRegistry: { neighborsMax: 10, connectsPerLookMax: 5 } },
    });
    world.writeInTurn(10, 100);
    world.runUntil(() => world.deliveries === 10 * 199, 20_000);
    expect(world.afterMs.every(({ length }) => length === 199)).toBe(true);
  }, 60_000);
});

describe('GOS16: a tree that is cut is mended by grafts', () => {
  it('within some 300 ms, before anybody is told of the cut', () => {
    const world = started({ seed: 64, peers: 60, options: { peerRegistry: { neighborsMax: 8, connectsPerLookMax: 4 } } });
    world.writeInTurn(60, 100);
    const worst: number[] = [];
    for (let i = 0; i < 8; i++) {
      world.used.clear();
      world.write(peerOf(0));
      world.run(500);
      const link = [...world.used][i * 6] as number;
      const back = (link % 10_000) * 10_000 + Math.floor(link / 10_000);
      for (const way of [link, back]) world.dead.add(way);
      world.write(peerOf(0));
      world.run(500);
      worst.push(Math.max(...(world.afterMs.at(-1) as number[])));
      expect(world.afterMs.at(-1)?.length).toBe(59);
      world.dead.clear();
    }
    expect(world.grafts).toBeGreaterThan(0);
    expect(quantile(worst, 0.5)).toBeLessThan(300);
  });
});
