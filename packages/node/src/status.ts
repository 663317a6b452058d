/** The one screen about a node: who it is, who it sees, what it holds, what it turned away. */
import { protocolVersion, type MemberState } from '@murmuration/protocol';
import type { LinkTransport } from '@murmuration/transport';
import type { Assembly } from './assembly.ts';
import { self } from './loop.ts';
import type { Presence } from './presence.ts';
import type { NodeStatus } from './views.ts';

/** Reads it from the parts, now. */
export function statusOf(parts: Assembly, presence: Presence, startedAtMs: number): NodeStatus {
  const { identity, network, options, epoch, clock, transport, mesh, links, replica, topics, counters } = parts;
  const members: Record<MemberState, number> = { alive: 0, suspect: 0, dead: 0, left: 0 };
  for (const { state } of mesh.members(self)) members[state]++;
  const linked: Record<LinkTransport, number> = { quic: 0, tcp: 0, memory: 0 };
  for (const link of links.inOverlay()) linked[link.transport]++;
  return {
    id: identity.peer,
    ...presence,
    networkId: Buffer.from(network.id).toString('hex'),
    isOpenNetwork: network.publicKey === undefined,
    protocolVersion,
    signatureScheme: options.scheme.name,
    epoch,
    uptimeMs: Math.round(clock.now() - startedAtMs),
    addresses: transport.localAddresses,
    listeners: transport.health(),
    members,
    links: linked,
    visits: links.visits,
    ...replica.counts(),
    messages: topics.counts(),
    stateHash: Buffer.from(replica.stateHash()).toString('hex'),
    isConverged: mesh.isConverged(self),
    counters: counters.snapshot(),
  };
}
