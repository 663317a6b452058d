/**
 * Port: the facts of the core, one method each, said once after they are true. Arguments are primitive and nothing is
 * returned, so that a silent observer costs nothing and telemetry can count without allocating.
 */
import type { NodeIndex, PeerIndex } from './ids.ts';
import type { MemberState } from './messages.ts';
import type { IgnoreReason, Offence } from './verdict.ts';

/** Why a link became eager, or lazy. */
export type LinkChangeReason =
  | 'new-link'
  | 'first-copy'
  | 'batch-missing'
  | 'grafted-by-peer'
  | 'shorter-path'
  | 'last-eager'
  | 'duplicates'
  | 'pruned-by-peer';

/** How a probe ended: answered directly, on the second ping over the stream, through a helper, or not at all. */
export type ProbeOutcome = 'direct' | 'stream' | 'helped' | 'failed';

/** Facts by module. Modules call their own section only. */
export interface Observer {
  // peer-registry
  memberChanged(node: NodeIndex, peer: PeerIndex, state: MemberState): void;
  claimRefuted(node: NodeIndex, incarnation: number): void;
  linkChanged(node: NodeIndex, peer: PeerIndex, isUp: boolean): void;
  suspicionRaised(node: NodeIndex, peer: PeerIndex, accusers: number): void;
  probeFinished(node: NodeIndex, peer: PeerIndex, outcome: ProbeOutcome): void;
  healthChanged(node: NodeIndex, score: number): void;
  // gossip
  roundStarted(node: NodeIndex, partners: number): void;
  digestCompared(node: NodeIndex, peer: PeerIndex, isEqual: boolean): void;
  batchAccepted(node: NodeIndex, author: PeerIndex, updates: number): void;
  /** A log of messages that we followed went on beyond messages which nobody we asked keeps. */
  messagesSkipped(node: NodeIndex, author: PeerIndex, messages: number): void;
  batchIgnored(node: NodeIndex, from: PeerIndex, reason: IgnoreReason): void;
  batchForwarded(node: NodeIndex, links: number): void;
  /** A neighbor compared logs with us more often than we answer. */
  questionIgnored(node: NodeIndex, from: PeerIndex): void;
  linkPromoted(node: NodeIndex, peer: PeerIndex, reason: LinkChangeReason): void;
  linkDemoted(node: NodeIndex, peer: PeerIndex, reason: LinkChangeReason): void;
  floodingChanged(node: NodeIndex, isFlooding: boolean): void;
  outboxOverflowed(node: NodeIndex): void;
  converged(node: NodeIndex, afterMs: number): void;
  // byzantine
  offenceSeen(node: NodeIndex, peer: PeerIndex, offence: Offence): void;
}

const nothing = (): void => undefined;

/** Hears everything, says nothing. */
export const silentObserver: Observer = Object.freeze({
  memberChanged: nothing,
  claimRefuted: nothing,
  linkChanged: nothing,
  suspicionRaised: nothing,
  probeFinished: nothing,
  healthChanged: nothing,
  roundStarted: nothing,
  digestCompared: nothing,
  batchAccepted: nothing,
  messagesSkipped: nothing,
  batchIgnored: nothing,
  batchForwarded: nothing,
  questionIgnored: nothing,
  linkPromoted: nothing,
  linkDemoted: nothing,
  floodingChanged: nothing,
  outboxOverflowed: nothing,
  converged: nothing,
  offenceSeen: nothing,
});
