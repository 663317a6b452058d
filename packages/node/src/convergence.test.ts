/** Nodes that meet come to hold the same, whatever was written where and when. */
import { describe, expect, it } from 'vitest';
import { agree, eventsOf, textOf, World } from './world.test.support.ts';

describe('two nodes', () => {
  it('GOS10: come to hold the same registers', async () => {
    await using world = new World();
    const left = await world.node({ name: 'left', region: 'west' });
    const right = await world.node({ bootstrap: left.addresses, name: 'right', region: 'east' });
    await world.resolved(left.set('topic', 'starlings'));
    await world.resolved(right.set('topic', 'geese'));
    await world.until(() => agree(left, right), 'the state hashes are equal');
    expect(textOf(right, left, 'topic')).toBe('starlings');
    expect(textOf(left, right, 'topic')).toBe('geese');
    expect(left.registers({ keyPrefix: 'top' }).map(({ author }) => author).toSorted()).toEqual([left.id, right.id].toSorted());
  });

  it('forget a deleted register on both sides', async () => {
    await using world = new World();
    const left = await world.node();
    const right = await world.node({ bootstrap: left.addresses });
    await world.resolved(left.set('short-lived', '1'));
    await world.until(() => textOf(right, left, 'short-lived') === '1', 'the register arrives');
    const seen = eventsOf(right);
    await world.resolved(left.delete('short-lived'));
    await world.until(() => right.get(left.id, 'short-lived') === undefined, 'the delete arrives');
    await world.until(() => agree(left, right), 'the state hashes are equal');
    expect(seen).toContainEqual({ type: 'register-deleted', author: left.id, key: 'short-lived' });
  });

  it('share a document that both write to', async () => {
    await using world = new World();
    const left = await world.node();
    const right = await world.node({ bootstrap: left.addresses });
    const edits = [left, right].map((node, i) =>
      node.editDocument('notes', (document) => document.getMap('map').set(`key-${i}`, i)));
    await world.resolved(Promise.all(edits));
    await world.until(() => agree(left, right), 'the state hashes are equal');
    expect(left.readDocument('notes')).toEqual(right.readDocument('notes'));
    expect(right.readDocument('notes')).toMatchObject({ map: { 'key-0': 0, 'key-1': 1 } });
    expect(left.documents()).toEqual(['notes']);
  });

  it('know each other by name, region and link', async () => {
    await using world = new World();
    const left = await world.node({ name: 'left', region: 'west' });
    const right = await world.node({ bootstrap: left.addresses, name: 'right', region: 'east' });
    await world.until(() => left.members().some(({ name }) => name === 'right'), 'the presence arrives');
    const [self, other] = left.members().toSorted((a, b) => Number(b.isSelf) - Number(a.isSelf));
    expect(self).toMatchObject({ id: left.id, name: 'left', region: 'west', state: 'alive', isSelf: true });
    expect(other).toMatchObject({ id: right.id, name: 'right', region: 'east', state: 'alive', isSelf: false, addresses: right.addresses });
    expect(other?.link).toMatchObject({ transport: 'memory', direction: 'inbound' });
  });

  it('say so when they have come to agree', async () => {
    await using world = new World();
    const left = await world.node();
    const seen = eventsOf(left);
    const right = await world.node({ bootstrap: left.addresses });
    await world.until(() => left.status().isConverged && right.status().isConverged, 'both are converged');
    expect(seen.map(({ type }) => type)).toEqual(expect.arrayContaining(['member-joined', 'register-changed', 'converged']));
    expect(left.status()).toMatchObject({ members: { alive: 2 }, links: { memory: 1 }, registers: 2, batches: 2 });
    expect(left.status().stateHash).toBe(left.stateHash());
  });

  it('GOS11: find each other again after their link was cut', async () => {
    await using world = new World();
    const left = await world.node();
    const right = await world.node({ bootstrap: left.addresses });
    await world.until(() => agree(left, right) && left.status().links.memory === 1, 'they meet');
    world.network.cut(left.id, right.id);
    world.network.cut(right.id, left.id);
    await world.until(() => left.status().links.memory + right.status().links.memory === 0, 'the link is lost');
    await world.resolved(left.set('meanwhile', 'written'));
    expect(agree(left, right)).toBe(false);
    world.network.mend(left.id, right.id);
    world.network.mend(right.id, left.id);
    await world.until(() => agree(left, right), 'the state hashes are equal again');
    await world.until(() => right.status().members.alive === 2, 'nobody is suspected any more');
  });
});

describe('three nodes', () => {
  it('GOS11: hold the same, the late one too, though it knows but one of them', async () => {
    await using world = new World();
    const first = await world.node();
    const second = await world.node({ bootstrap: first.addresses });
    for (let i = 0; i < 40; i++) await world.resolved((i % 2 === 0 ? first : second).set(`key-${i}`, `${i}`));
    const late = await world.node({ bootstrap: second.addresses });
    await world.until(() => agree(first, second, late), 'the state hashes are equal');
    expect(late.registers({ keyPrefix: 'key-' })).toHaveLength(40);
    await world.until(() => late.status().links.memory === 2, 'the late one is linked to both');
    expect(late.status().members.alive).toBe(3);
  });

  it('GOS31: hold the same, the late one too, where all compare ranges', async () => {
    await using world = new World();
    const mesh = { gossip: { frontierLogsMax: 0 } };
    const first = await world.node({ mesh });
    const second = await world.node({ bootstrap: first.addresses, mesh });
    for (let i = 0; i < 40; i++) await world.resolved((i % 2 === 0 ? first : second).set(`key-${i}`, `${i}`));
    const late = await world.node({ bootstrap: second.addresses, mesh });
    await world.until(() => agree(first, second, late), 'the state hashes are equal');
    expect(late.registers({ keyPrefix: 'key-' })).toHaveLength(40);
  });

  it('GOS10: hold the same when frames vanish: rounds repair what pushing misses', async () => {
    await using world = new World({ latencyMs: [1, 30], loss: 0.05, seed: 5 });
    const first = await world.node();
    const second = await world.node({ bootstrap: first.addresses });
    const third = await world.node({ bootstrap: first.addresses });
    const nodes = [first, second, third];
    for (let i = 0; i < 90; i++) await world.resolved((nodes[i % 3] ?? first).set(`key-${i}`, `${i}`));
    await world.until(() => agree(...nodes) && first.registers({ keyPrefix: 'key-' }).length === 90, 'the state hashes are equal');
    expect(world.network.traffic.framesLost).toBeGreaterThan(5);
  });
});
