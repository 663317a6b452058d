/** Options of the peer registry, with where each default comes from. */
import { claimsPerMessageMax, millis, OptionCheck, type Millis } from '@murmuration/protocol';

/** Complete options. */
export interface PeerRegistryOptions {
  /** Member rows per node, ourselves included. */
  readonly membersMax: number;
  /** Links kept: the active view. */
  readonly neighborsMax: number;
  /** Time between two looks at which members to link. */
  readonly maintainIntervalMs: Millis;
  /** Links asked for at one look. */
  readonly connectsPerLookMax: number;
  /** Looks between two exchanges of the whole member list with one neighbor. */
  readonly looksPerExchange: number;
  /** How long a change of a member waits for others to travel with it. */
  readonly spreadDelayMs: Millis;
  /** Neighbors that hear a change from us at one spread. */
  readonly spreadFanout: number;
  /** Sends of one change are spreadFactor · ⌈log10(n + 1)⌉. */
  readonly spreadFactor: number;
  /** Claims in one spread. */
  readonly claimsPerSpreadMax: number;
  /** From suspicion to death, if the member does not refute. */
  readonly deadAfterMs: Millis;
}

export const peerRegistryDefaults: PeerRegistryOptions = Object.freeze({
  // A cell of 256 members at its ordinary size (D8).
  membersMax: 256,
  // A flat full mesh serves up to 100 nodes (D13); one link costs up to 512 KiB of buffers.
  neighborsMax: 100,
  // Guess: a lost link is looked at within a second, which is far below the ten seconds to death.
  maintainIntervalMs: millis(1_000),
  // Guess: a mesh of 100 is fully linked within 13 looks, and no look opens a burst of handshakes.
  connectsPerLookMax: 8,
  // memberlist exchanges the whole list every 30 s; ten seconds repair a lost claim before its subject is declared dead.
  looksPerExchange: 10,
  // Guess: as short as a batch waits, so that claims share its packet.
  spreadDelayMs: millis(20),
  // SWIM's analysis needs one; three repair loss and match the rounds.
  spreadFanout: 3,
  // memberlist's retransmit multiplier.
  spreadFactor: 4,
  // Guess: 16 claims of about 200 bytes are one packet of 3 KiB.
  claimsPerSpreadMax: 16,
  // Nobody is removed within ten seconds (D9).
  deadAfterMs: millis(10_000),
});

/** Violations of the rules that tie the options together. */
export function checkPeerRegistryOptions(options: PeerRegistryOptions): OptionCheck {
  return new OptionCheck('peerRegistry')
    .integer('membersMax', options.membersMax, 2, claimsPerMessageMax)
    .integer('neighborsMax', options.neighborsMax, 1, options.membersMax)
    .number('maintainIntervalMs', options.maintainIntervalMs, 10, 60_000)
    .integer('connectsPerLookMax', options.connectsPerLookMax, 1, options.neighborsMax)
    .integer('looksPerExchange', options.looksPerExchange, 1, 1_000)
    .number('spreadDelayMs', options.spreadDelayMs, 0, 1_000)
    .integer('spreadFanout', options.spreadFanout, 1, 16)
    .integer('spreadFactor', options.spreadFactor, 1, 16)
    .integer('claimsPerSpreadMax', options.claimsPerSpreadMax, 1, claimsPerMessageMax)
    .number('deadAfterMs', options.deadAfterMs, 100, 3_600_000)
    .holds(
      options.deadAfterMs > 2 * options.spreadDelayMs,
      'deadAfterMs must leave a suspect the time to hear of it and to answer',
    );
}
