/** Whom a node calls, how often, and that it never gives up. */
import { noPeer, type PeerIndex } from '@murmuration/protocol';
import type { DialTarget, Transport } from '@murmuration/transport';
import { describe, expect, it } from 'vitest';
import { Dialer, type DialerContext } from './dialer.ts';
import type { Identity } from './identity.ts';
import type { MeshNode } from './public-node.ts';
import { eventsOf, World } from './world.test.support.ts';

/** A transport that writes down when it dials. */
function noting(world: World, dials: number[]): (identity: Identity) => Transport {
  return (identity) => {
    const transport = world.transport(identity);
    const dial = transport.dial.bind(transport);
    transport.dial = (target) => {
      dials.push(performance.now());
      return dial(target);
    };
    return transport;
  };
}

/** A node at a port of its own choice. */
const nodeAt = (world: World, port: number): Promise<MeshNode> =>
  world.node({ transport: ({ peer, publicKey }) => world.network.transport({ peer, publicKey, port }) });

describe('a bootstrap address that does not answer', () => {
  it('is dialed less and less often, at least every forty seconds, and for ever', async () => {
    await using world = new World();
    const dials: number[] = [];
    await world.node({ bootstrap: ['/memory/50'], transport: noting(world, dials) });
    await world.pass(1_800_000);
    const gaps = dials.slice(1).map((at, i) => at - (dials[i] ?? 0));
    expect(gaps[0]).toBeLessThan(600);
    expect(Math.max(...gaps)).toBeLessThan(40_000);
    expect(Math.min(...gaps.slice(10))).toBeGreaterThan(20_000);
    expect(gaps.length).toBeGreaterThan(45);
  });

  it('is told of once', async () => {
    await using world = new World();
    const parts = await world.parts({ bootstrap: ['/memory/50'] });
    const reasons: string[] = [];
    parts.hub.on('warning', ({ reason }) => reasons.push(reason));
    await parts.transport.start(parts.links);
    parts.dialer.start();
    await world.pass(120_000);
    expect(reasons).toEqual([expect.stringMatching(/^cannot reach \/memory\/50 yet, will keep trying: /)]);
    parts.loop.stop();
    await parts.transport.stop();
  });

  it('is met when somebody listens there at last', async () => {
    await using world = new World();
    const node = await world.node({ bootstrap: ['/memory/50'] });
    await world.pass(300_000);
    const other = await nodeAt(world, 50);
    await world.until(() => node.status().links.memory === 1, 'they are linked');
    await world.until(() => node.members().length === 2, 'they know each other');
    expect(node.members().map(({ id }) => id)).toContain(other.id);
  });

  it('does not keep the others from being met', async () => {
    await using world = new World();
    const other = await world.node();
    const silent = Array.from({ length: 20 }, (_, i) => `/memory/${100 + i}`);
    const node = await world.node({ bootstrap: [...silent, ...other.addresses] });
    await world.pass(5_000);
    expect(node.status().links.memory).toBe(1);
  });
});

describe('a bootstrap address that was met', () => {
  it('is not dialed again while there is any link', async () => {
    await using world = new World();
    const dials: number[] = [];
    const other = await world.node();
    const node = await world.node({ bootstrap: other.addresses, transport: noting(world, dials) });
    await world.until(() => node.status().links.memory === 1, 'they are linked');
    await world.pass(60_000);
    expect(dials).toHaveLength(1);
  });

  it('is dialed again at once when a link that lasted is lost, however often that has happened', async () => {
    await using world = new World();
    const node = await world.node({ bootstrap: ['/memory/50'] });
    for (let i = 0; i < 6; i++) {
      const other = await nodeAt(world, 50);
      const startedAtMs = performance.now();
      await world.until(() => node.status().links.memory === 1, 'they are linked');
      expect(performance.now() - startedAtMs).toBeLessThan(1_500);
      await world.pass(120_000);
      await world.resolved(other.close());
      await world.until(() => node.status().links.memory === 0, 'the link is gone');
      await world.pass(300);
    }
  });

  it('that is our own is left alone, without a warning', async () => {
    await using world = new World();
    const node = await world.node({ transport: ({ peer, publicKey }) => world.network.transport({ peer, publicKey, port: 50 }), bootstrap: ['/memory/50'] });
    const seen = eventsOf(node);
    await world.pass(60_000);
    expect(seen.filter(({ type }) => type !== 'converged')).toEqual([]);
    expect(node.status().links.memory).toBe(0);
  });
});

describe('a visit', () => {
  it('DIR10: takes no more than half of the dials at one time, and waits for its turn', async () => {
    const dials: { peer: unknown; fail: () => void }[] = [];
    const failed: unknown[] = [];
    const dialer = new Dialer({
      transport: { dial: ({ peer }: DialTarget) => new Promise((_, reject) => void dials.push({ peer, fail: () => reject(new Error('no')) })) },
      book: { idOf: (peer: PeerIndex) => peer, addressesOf: () => ['/memory/1'], find: () => noPeer },
      links: { linkOf: () => undefined },
      loop: { now: () => 1_000 },
      hub: { emit: () => undefined },
      draw: () => 0,
      onUnreachable: (peer: PeerIndex) => failed.push(peer),
    } as unknown as DialerContext, []);
    for (let peer = 1; peer <= 6; peer++) dialer.visit(peer as PeerIndex);
    for (let peer = 11; peer <= 16; peer++) dialer.connect(peer as PeerIndex);
    expect(dials.map(({ peer }) => peer)).toEqual([1, 2, 3, 4, 11, 12, 13, 14]);
    dialer.visit(11 as PeerIndex);
    dials[1]?.fail();
    for (let i = 0; i < 8; i++) await Promise.resolve();
    expect(failed).toEqual([2]);
    expect(dials.slice(8).map(({ peer }) => peer)).toEqual([5]);
  });
});

describe('a member', () => {
  it('REG9: that is lost without a word is dialed again by its own address, for ever', async () => {
    await using world = new World();
    const other = await world.node();
    const third = await world.node({ bootstrap: other.addresses });
    const node = await world.node({ bootstrap: third.addresses });
    await world.until(() => node.status().links.memory === 2, 'all are linked');
    for (const [source, target] of [[node, other], [other, node], [third, other], [other, third]] as const) world.network.cut(source.id, target.id);
    await world.until(() => node.status().members.dead === 1, 'it is declared dead');
    await world.pass(600_000);
    for (const [source, target] of [[node, other], [other, node], [third, other], [other, third]] as const) world.network.mend(source.id, target.id);
    const nodes = [node, other, third];
    await world.until(() => nodes.every((each) => each.status().links.memory === 2), 'all are linked again');
    await world.until(() => nodes.every((each) => each.status().members.alive === 3), 'nobody takes another for dead');
    expect(node.members().map(({ id }) => id).toSorted()).toEqual(nodes.map(({ id }) => id).toSorted());
  });
});
