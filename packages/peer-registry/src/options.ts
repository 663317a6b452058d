/** Options of the peer registry, with where each default comes from (GOSSIP.md numbers its sections; G is a guess). */
import { introductionsPerFrameMax, millis, OptionCheck, walkTtlMax, type Millis } from '@murmuration/protocol';

/** Complete options. */
export interface PeerRegistryOptions {
  /** Member rows per node, ourselves included. */
  readonly membersMax: number;
  /** Links kept: the active view. */
  readonly neighborsMax: number;
  /** Members known as spare: the passive view. */
  readonly passiveMax: number;
  /** Slots of the sampler that feeds the passive view. */
  readonly samplerSlots: number;
  /** Time between two new keys of the sampler: one slot each. */
  readonly reseedIntervalMs: Millis;
  /** Time between two looks at which members to link. */
  readonly maintainIntervalMs: Millis;
  /** Links asked for at one look. */
  readonly connectsPerLookMax: number;
  /** Looks between two exchanges of the member list with one neighbor. */
  readonly looksPerExchange: number;
  /** Time between two shuffles of views. */
  readonly shuffleIntervalMs: Millis;
  /** Links that a newcomer's walk crosses before somebody links it. */
  readonly joinWalkTtl: number;
  /** What is left of that walk where somebody takes the newcomer as spare. */
  readonly passiveWalkTtl: number;
  /** How long a change of a member waits for others to travel with it. */
  readonly spreadDelayMs: Millis;
  /** Neighbors that hear a change from us at one spread. */
  readonly spreadFanout: number;
  /** Sends of one change are spreadFactor · ⌈log10(n + 1)⌉. */
  readonly spreadFactor: number;
  /** Claims in one spread. */
  readonly claimsPerSpreadMax: number;
  /** The period of SWIM: one probe each. */
  readonly probeIntervalMs: Millis;
  /** A direct answer is awaited for 4 · rtt, within these two. */
  readonly probeTimeoutMinMs: Millis;
  readonly probeTimeoutMaxMs: Millis;
  /** Helpers asked where the direct answer is late. */
  readonly helpersMin: number;
  readonly helpersMax: number;
  /** Probes for others that run at one time; the oldest gives way. */
  readonly relaysMax: number;
  /** A suspicion lasts at least suspicionAlpha · max(1, log10 n) periods, */
  readonly suspicionAlpha: number;
  /** and at most suspicionBeta times that. */
  readonly suspicionBeta: number;
  /** Confirmations that shorten it to the least. */
  readonly confirmationsWanted: number;
  /** How long a node accuses nobody that has lost many neighbors at once. */
  readonly quietMs: Millis;
  /** From suspicion to death, if the member does not refute. */
  readonly deadAfterMs: Millis;
}

export const peerRegistryDefaults: PeerRegistryOptions = Object.freeze({
  // A cell of 256 members at its ordinary size (D8).
  membersMax: 256,
  // A flat full mesh serves up to 100 nodes (D13); one link costs up to 512 KiB of buffers.
  neighborsMax: 100,
  // HyParView's experiments (2007).
  passiveMax: 30,
  // G (1, Basalt): 32 keys, all renewed within six minutes.
  samplerSlots: 32,
  reseedIntervalMs: millis(10_000),
  // Guess: a lost link is looked at within a second, which is far below the ten seconds to death.
  maintainIntervalMs: millis(1_000),
  // Guess: a mesh of 100 is fully linked within 13 looks, and no look opens a burst of handshakes.
  connectsPerLookMax: 8,
  // memberlist exchanges the whole list every 30 s; ten seconds repair a lost claim before its subject is declared dead.
  looksPerExchange: 10,
  // iroh-gossip's own "wild guess".
  shuffleIntervalMs: millis(60_000),
  // HyParView: active and passive random walk length.
  joinWalkTtl: 6,
  passiveWalkTtl: 3,
  // Guess: as short as a batch waits, so that claims share its packet.
  spreadDelayMs: millis(20),
  // SWIM's analysis needs one; three repair loss and match the rounds.
  spreadFanout: 3,
  // memberlist's retransmit multiplier.
  spreadFactor: 4,
  // Guess: 16 claims of about 200 bytes are one packet of 3 KiB.
  claimsPerSpreadMax: 16,
  // G (1, SWIM): half of memberlist's second; the oracle of 3.4 is computed for it.
  probeIntervalMs: millis(500),
  // G (2.5).
  probeTimeoutMinMs: millis(100),
  probeTimeoutMaxMs: millis(250),
  // memberlist asks 3; 25 % loss per leg needs 8 (2.5).
  helpersMin: 3,
  helpersMax: 8,
  // At 25 % loss 7 requests a second come in, each runs for a quarter of one (arithmetic over 2.5): 2 on average.
  relaysMax: 8,
  // Lifeguard with alpha 3 (3.4: no false death in 5,120 node-hours).
  suspicionAlpha: 3,
  suspicionBeta: 6,
  confirmationsWanted: 2,
  // Guess: half of the way to death, so that a verdict is still ours.
  quietMs: millis(5_000),
  // Nobody is removed within ten seconds (D9).
  deadAfterMs: millis(10_000),
});

/** As many as the shell's table of peers holds: a member without a name in it cannot be told of. */
const membersLimit = 4_096;

/** Violations of the rules that tie the options together. */
export function checkPeerRegistryOptions(options: PeerRegistryOptions): OptionCheck {
  const check = new OptionCheck('peerRegistry')
    .integer('membersMax', options.membersMax, 2, membersLimit)
    .integer('neighborsMax', options.neighborsMax, 1, options.membersMax)
    .integer('passiveMax', options.passiveMax, 1, 255)
    .integer('samplerSlots', options.samplerSlots, 4, 255)
    .number('reseedIntervalMs', options.reseedIntervalMs, options.maintainIntervalMs, 3_600_000)
    .number('maintainIntervalMs', options.maintainIntervalMs, 10, 60_000)
    .integer('connectsPerLookMax', options.connectsPerLookMax, 1, options.neighborsMax)
    .integer('looksPerExchange', options.looksPerExchange, 1, 1_000)
    .number('shuffleIntervalMs', options.shuffleIntervalMs, 100, 3_600_000)
    .integer('joinWalkTtl', options.joinWalkTtl, 1, walkTtlMax)
    .integer('passiveWalkTtl', options.passiveWalkTtl, 0, options.joinWalkTtl)
    .number('spreadDelayMs', options.spreadDelayMs, 0, 1_000)
    .integer('spreadFanout', options.spreadFanout, 1, 16)
    .integer('spreadFactor', options.spreadFactor, 1, 16)
    .integer('claimsPerSpreadMax', options.claimsPerSpreadMax, 1, introductionsPerFrameMax);
  return checkVerdicts(check, options);
}

function checkVerdicts(check: OptionCheck, options: PeerRegistryOptions): OptionCheck {
  return check
    .number('probeIntervalMs', options.probeIntervalMs, 50, 60_000)
    .number('probeTimeoutMinMs', options.probeTimeoutMinMs, 1, options.probeTimeoutMaxMs)
    .number('probeTimeoutMaxMs', options.probeTimeoutMaxMs, 1, options.probeIntervalMs / 2)
    .integer('helpersMin', options.helpersMin, 0, options.helpersMax)
    .integer('helpersMax', options.helpersMax, 0, 16)
    .integer('relaysMax', options.relaysMax, 1, 255)
    .number('suspicionAlpha', options.suspicionAlpha, 1, 16)
    .number('suspicionBeta', options.suspicionBeta, 1, 16)
    .integer('confirmationsWanted', options.confirmationsWanted, 0, accusersMax - 1)
    .number('quietMs', options.quietMs, 0, options.deadAfterMs)
    .number('deadAfterMs', options.deadAfterMs, 100, 3_600_000)
    .holds(
      options.deadAfterMs > 2 * options.spreadDelayMs,
      'deadAfterMs must leave a suspect the time to hear of it and to answer',
    );
}

/** Accusers kept of one suspect: the first, and the confirmations that shorten its time most. */
export const accusersMax = 3;
