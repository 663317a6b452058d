/** Counts what was turned away or left out, by reason, for status; and passes every fact on to the observer handed in. */
import type { Observer } from '@murmuration/protocol';

/** Names are closed sets of our own words, never a peer's. */
export class Counters {
  readonly #counts = new Map<string, number>();

  add(name: string, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  snapshot(): Record<string, number> {
    return Object.fromEntries([...this.#counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** An observer that counts drops and offences on the way. */
  observing(observer: Observer): Observer {
    return {
      ...bound(observer),
      messagesSkipped: (node, author, messages) => {
        this.add('messages-skipped', messages);
        observer.messagesSkipped(node, author, messages);
      },
      batchIgnored: (node, from, reason) => {
        this.add(`ignored.${reason}`);
        observer.batchIgnored(node, from, reason);
      },
      questionIgnored: (node, from) => {
        this.add('question-ignored');
        observer.questionIgnored(node, from);
      },
      offenceSeen: (node, peer, offence) => {
        this.add(`offence.${offence}`);
        observer.offenceSeen(node, peer, offence);
      },
      outboxOverflowed: (node) => {
        this.add('outbox-overflowed');
        observer.outboxOverflowed(node);
      },
    };
  }
}

/** Every method of an observer, usable apart from it. */
function bound(observer: Observer): Observer {
  return {
    memberChanged: observer.memberChanged.bind(observer),
    claimRefuted: observer.claimRefuted.bind(observer),
    linkChanged: observer.linkChanged.bind(observer),
    suspicionRaised: observer.suspicionRaised.bind(observer),
    probeFinished: observer.probeFinished.bind(observer),
    healthChanged: observer.healthChanged.bind(observer),
    roundStarted: observer.roundStarted.bind(observer),
    digestCompared: observer.digestCompared.bind(observer),
    batchAccepted: observer.batchAccepted.bind(observer),
    messagesSkipped: observer.messagesSkipped.bind(observer),
    batchIgnored: observer.batchIgnored.bind(observer),
    batchForwarded: observer.batchForwarded.bind(observer),
    questionIgnored: observer.questionIgnored.bind(observer),
    linkPromoted: observer.linkPromoted.bind(observer),
    linkDemoted: observer.linkDemoted.bind(observer),
    floodingChanged: observer.floodingChanged.bind(observer),
    outboxOverflowed: observer.outboxOverflowed.bind(observer),
    converged: observer.converged.bind(observer),
    offenceSeen: observer.offenceSeen.bind(observer),
  };
}
