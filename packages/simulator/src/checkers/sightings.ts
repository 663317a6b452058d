/**
 * Facts of the core, counted: which of its rarer branches a run has reached. A set of seeds that never reaches one of them tests less
 * than it seems to.
 */
import type {
  IgnoreReason, LinkChangeReason, MemberState, NodeIndex, Observer, PeerIndex, ProbeOutcome,
} from '@murmuration/protocol';

/** Health from which on a node accuses nobody (GOSSIP.md 2.6). */
const unwellFrom = 4;
/** Accusers that confirm a suspicion (REG16). */
const confirmingAccusers = 3;

export class Sightings implements Observer {
  readonly #members: Record<MemberState, number> = { alive: 0, suspect: 0, dead: 0, left: 0 };
  readonly #probes: Record<ProbeOutcome, number> = { direct: 0, stream: 0, helped: 0, failed: 0 };
  readonly #ignored: Partial<Record<IgnoreReason, number>> = {};
  readonly #promoted: Partial<Record<LinkChangeReason, number>> = {};
  readonly #demoted: Partial<Record<LinkChangeReason, number>> = {};
  #refuted = 0;
  #confirmed = 0;
  #unwell = 0;
  #unequal = 0;
  #flooding = 0;
  #overflowed = 0;
  #converged = 0;
  #offences = 0;

  /** Each branch by name, and how often it was reached. */
  get counts(): Readonly<Record<string, number>> {
    return {
      'suspected': this.#members.suspect, 'declared dead': this.#members.dead, 'left': this.#members.left,
      'refuted a claim': this.#refuted, 'accused by three': this.#confirmed, 'unwell itself': this.#unwell,
      'probe answered on the stream': this.#probes.stream, 'probe answered through a helper': this.#probes.helped,
      'probe failed': this.#probes.failed,
      'duplicate left out': this.#ignored.duplicate ?? 0, 'gap left out': this.#ignored.gap ?? 0, 'frontier full': this.#ignored['frontier-full'] ?? 0,
      'digests unequal': this.#unequal, 'flooded': this.#flooding, 'outbox overflowed': this.#overflowed, 'converged': this.#converged,
      'made eager for a missing batch': this.#promoted['batch-missing'] ?? 0,
      'made eager by a graft': this.#promoted['grafted-by-peer'] ?? 0,
      'made eager as the last': this.#promoted['last-eager'] ?? 0,
      'made lazy for duplicates': this.#demoted.duplicates ?? 0, 'made lazy by a prune': this.#demoted['pruned-by-peer'] ?? 0,
      'offence seen': this.#offences,
    };
  }

  memberChanged(_node: NodeIndex, _peer: PeerIndex, state: MemberState): void {
    this.#members[state]++;
  }

  claimRefuted(): void {
    this.#refuted++;
  }

  suspicionRaised(_node: NodeIndex, _peer: PeerIndex, accusers: number): void {
    if (accusers >= confirmingAccusers) this.#confirmed++;
  }

  probeFinished(_node: NodeIndex, _peer: PeerIndex, outcome: ProbeOutcome): void {
    this.#probes[outcome]++;
  }

  healthChanged(_node: NodeIndex, score: number): void {
    if (score >= unwellFrom) this.#unwell++;
  }

  digestCompared(_node: NodeIndex, _peer: PeerIndex, isEqual: boolean): void {
    if (!isEqual) this.#unequal++;
  }

  batchIgnored(_node: NodeIndex, _from: PeerIndex, reason: IgnoreReason): void {
    this.#ignored[reason] = (this.#ignored[reason] ?? 0) + 1;
  }

  /** Cells say nothing on topics. */
  messagesSkipped(): void {}

  /** Honest nodes do not ask so often. */
  questionIgnored(): void {}

  linkPromoted(_node: NodeIndex, _peer: PeerIndex, reason: LinkChangeReason): void {
    this.#promoted[reason] = (this.#promoted[reason] ?? 0) + 1;
  }

  linkDemoted(_node: NodeIndex, _peer: PeerIndex, reason: LinkChangeReason): void {
    this.#demoted[reason] = (this.#demoted[reason] ?? 0) + 1;
  }

  floodingChanged(_node: NodeIndex, isFlooding: boolean): void {
    if (isFlooding) this.#flooding++;
  }

  outboxOverflowed(): void {
    this.#overflowed++;
  }

  converged(): void {
    this.#converged++;
  }

  offenceSeen(): void {
    this.#offences++;
  }

  linkChanged(): void {}
  roundStarted(): void {}
  batchAccepted(): void {}
  batchForwarded(): void {}
}
