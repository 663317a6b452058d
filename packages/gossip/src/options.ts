/** Options of gossip, with where each default comes from. */
import { frontierEntriesMax, millis, OptionCheck, type Bytes, type Millis, bytes, batchBytesMax } from '@murmuration/protocol';

/** Complete options. */
export interface GossipOptions {
  /** Time between rounds while something moves. */
  readonly roundIntervalMs: Millis;
  /** Time between rounds in a quiet mesh. */
  readonly quietIntervalMs: Millis;
  /** Rounds with equal digests only, after which the interval doubles. */
  readonly equalRoundsToSlow: number;
  /** Share by which a round comes earlier or later, so that nodes do not beat in step. */
  readonly roundJitter: number;
  /** Neighbors per round, and neighbors that a new batch is pushed to. */
  readonly fanout: number;
  /** How long a new batch waits for others to share its packet. */
  readonly coalesceMs: Millis;
  /** Batches waiting to be pushed. */
  readonly outboxMax: number;
  /** Logs (author and epoch) that a node follows. */
  readonly logsMax: number;
  /** Bytes of batches sent in answer to one frontier; the rest comes with the next round. */
  readonly deltaBytesMax: Bytes;
  /** How long we wait for what we asked one neighbor for, before we ask another. */
  readonly pullPatienceMs: Millis;
  /** Neighbors whose digests are kept for the convergence check. */
  readonly agreementsMax: number;
}

export const gossipDefaults: GossipOptions = Object.freeze({
  // GOSSIP 2.1: 100 ms costs about 3 kB/s per direction, 1 s a tenth of it.
  roundIntervalMs: millis(100),
  quietIntervalMs: millis(1_000),
  equalRoundsToSlow: 3,
  roundJitter: 0.1,
  fanout: 3,
  coalesceMs: millis(5),
  // Guess: a second of 256 batches per second; what does not fit is repaired by rounds.
  outboxMax: 256,
  // The frontier of one message (anti-entropy ladder, step 2): a thousand members that start eight times, until there is compaction.
  logsMax: frontierEntriesMax,
  // Half of the largest batch; several neighbors serve at once.
  deltaBytesMax: bytes(256 * 1024),
  // Guess: a round trip of 50 ms and the transfer of a delta at 10 Mbit/s.
  pullPatienceMs: millis(250),
  agreementsMax: 100,
});

/** Violations of the rules that tie the options together. */
export function checkGossipOptions(options: GossipOptions): OptionCheck {
  return new OptionCheck('gossip')
    .number('roundIntervalMs', options.roundIntervalMs, 1, 60_000)
    .number('quietIntervalMs', options.quietIntervalMs, 1, 600_000)
    .integer('equalRoundsToSlow', options.equalRoundsToSlow, 1, 200)
    .number('roundJitter', options.roundJitter, 0, 0.9)
    .integer('fanout', options.fanout, 1, 16)
    .number('coalesceMs', options.coalesceMs, 0, 1_000)
    .integer('outboxMax', options.outboxMax, 1, 65_535)
    .integer('logsMax', options.logsMax, 1, frontierEntriesMax)
    .integer('deltaBytesMax', options.deltaBytesMax, 1_024, 16 * batchBytesMax)
    .number('pullPatienceMs', options.pullPatienceMs, 1, 60_000)
    .integer('agreementsMax', options.agreementsMax, 1, 512)
    .holds(options.quietIntervalMs >= options.roundIntervalMs, 'quietIntervalMs must be at least roundIntervalMs')
    .holds(options.coalesceMs < options.roundIntervalMs, 'coalesceMs must be below roundIntervalMs');
}
