/** Who is a bridge, and whose turn it is, on real nodes in memory. */
import { generateSecretKey, signerFromSecret } from '@murmuration/byzantine/schemes';
import { peerIdOf, type PeerId, type Signer } from '@murmuration/protocol';
import { describe, expect, it } from 'vitest';
import { claimKeyPrefix } from './bridge-claim.ts';
import type { BridgePort } from './bridge-port.ts';
import { BridgeRoster } from './bridge-roster.ts';
import { LivingNode } from './mesh-node.ts';
import type { MeshNode } from './public-node.ts';
import { agree, World } from './world.test.support.ts';

const topic = 'sky';

/** Two bridges; the first has the lower id, and so comes first. */
function signers(): readonly [Signer, Signer] {
  const [one, other] = [signerFromSecret(generateSecretKey()), signerFromSecret(generateSecretKey())];
  return idOf(one) < idOf(other) ? [one, other] : [other, one];
}

const idOf = (signer: Signer): PeerId => peerIdOf(signer.publicKey);

function portOf(node: MeshNode): BridgePort {
  if (!(node instanceof LivingNode)) throw new Error('of another kind');
  return node.bridgePort;
}

const rosterOf = (node: MeshNode, topics = [topic]): BridgeRoster => new BridgeRoster(node, portOf(node), topics);

async function pair(world: World): Promise<[MeshNode, MeshNode]> {
  const one = await world.node();
  const other = await world.node({ bootstrap: one.addresses });
  await world.until(() => one.status().links.memory === 1 && agree(one, other), 'they meet');
  return [one, other];
}

describe('a bridge that its member claims', () => {
  it('BRI2, BRI4: is known as one, and the lower id comes first', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const [low, high] = signers();
    const [ofAlice, ofBob] = [rosterOf(alice), rosterOf(bob)];
    await world.resolved(ofAlice.announce(low));
    await world.resolved(ofBob.announce(high));
    await world.until(() => ofBob.isBridge(idOf(low)) && ofAlice.isBridge(idOf(high)), 'they know each other');
    expect([ofAlice.rankIn(topic), ofBob.rankIn(topic), ofBob.rankIn('sea')]).toEqual([0, 1, 0]);
    expect([ofAlice.isBridge(idOf(low)), ofAlice.hasOthers]).toEqual([false, true]);
  });

  it('BRI4: keeps nobody waiting once it is withdrawn or its member has left, and its words stay the words of a bridge', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const [low, high] = signers();
    const [ofAlice, ofBob] = [rosterOf(alice), rosterOf(bob)];
    await world.resolved(ofAlice.announce(low));
    await world.resolved(ofBob.announce(high));
    await world.until(() => ofBob.rankIn(topic) === 1, 'alice comes first');
    await world.resolved(ofAlice.withdraw());
    await world.until(() => ofBob.rankIn(topic) === 0, 'bob comes first');
    expect(ofBob.isBridge(idOf(low))).toBe(true);
    await world.resolved(rosterOf(alice).announce(low));
    await world.until(() => ofBob.rankIn(topic) === 1, 'alice comes first again');
    await world.resolved(alice.close());
    await world.until(() => ofBob.rankIn(topic) === 0, 'bob comes first again');
    expect(ofBob.isBridge(idOf(low))).toBe(true);
  });

  it('BRI8: is believed with the signature of its key alone, for this member, topic and start', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const [low, high] = signers();
    const ofBob = rosterOf(bob, [topic, 'sea']);
    await world.resolved(ofBob.announce(high));
    await world.resolved(rosterOf(alice).announce(low));
    await world.until(() => ofBob.isBridge(idOf(low)), 'the claim is believed');
    const claim = alice.get(alice.id, claimKeyPrefix + topic) ?? new Uint8Array();
    const victim = signerFromSecret(generateSecretKey()).publicKey;
    const forged = Uint8Array.of(...victim, ...claim.subarray(32));
    const otherEpoch = claim.with(35, (claim[35] as number) ^ 1);
    await world.resolved(alice.set(claimKeyPrefix + 'sea', claim));
    for (const value of [forged, otherEpoch, new Uint8Array(100), new Uint8Array(3)]) {
      await world.resolved(alice.set(claimKeyPrefix + topic, value));
      await world.until(() => agree(alice, bob), 'bob has heard of it');
      await world.pass(100);
      expect([ofBob.isBridge(peerIdOf(victim)), ofBob.rankIn(topic), ofBob.rankIn('sea')]).toEqual([false, 0, 0]);
    }
  });

  it('BRI6: is relied on as its member is, and a stranger neither more nor less', async () => {
    await using world = new World();
    const [alice, bob] = await pair(world);
    const [low] = signers();
    const ofBob = rosterOf(bob);
    await world.resolved(rosterOf(alice).announce(low));
    await world.until(() => ofBob.isBridge(idOf(low)), 'the claim is believed');
    const stranger = peerIdOf(signerFromSecret(generateSecretKey()).publicKey);
    expect([idOf(low), alice.id, stranger].map((who) => ofBob.reputationOf(who))).toEqual([1, 1, 0.5]);
  });
});
