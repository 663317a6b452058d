/** Options of gossip, with where each default comes from. */
import { batchIdsPerMessageMax, frontierEntriesMax, millis, OptionCheck, type Bytes, type Millis, bytes, batchBytesMax } from '@murmuration/protocol';

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
  /** Neighbors per round, and lazy links that a new batch goes to while a node floods. */
  readonly fanout: number;
  /** How long a new batch waits for others to share its packet. */
  readonly coalesceMs: Millis;
  /** Batches waiting to be sent or announced. */
  readonly outboxMax: number;
  /** Bytes of batches sent in one flush, all links together; the rest waits for the next. */
  readonly flushBytesMax: Bytes;
  /** How long a batch that was sent waits for others to share its announcement. */
  readonly announceDelayMs: Millis;
  /** Lazy links that hear of a batch, drawn anew each time; a third of them where that is more. */
  readonly announceMax: number;
  /** Links whose state is kept; further neighbors are served by rounds. */
  readonly linksMax: number;
  /** New links start eager while fewer than these are. Grafts and first copies may make more. */
  readonly eagerMax: number;
  /** Logs of which announced batches are waited for. */
  readonly missingMax: number;
  /** From an announcement to the graft of what has not come: from once to twice this, or twice two round trips. */
  readonly graftAfterMs: Millis;
  /** From one graft to the next; at least one round trip. */
  readonly graftAgainMs: Millis;
  /** An announced path shorter by so many hops replaces the one that the batch came by. */
  readonly shorterByHops: number;
  /** Anti-entropy does not answer with batches alone that came within this, or twice this: trees are bringing them. */
  readonly settleMs: Millis;
  /** Digests that differ for longer are compared by frontier, and speak against the trees. */
  readonly treeLateMs: Millis;
  /** Batches that anti-entropy brings to a node whose digest is late, more than one a round, before it floods. */
  readonly floodAfterPulls: number;
  /** Rounds for which a node floods at most before it tries its trees again. */
  readonly floodRounds: number;
  /** Logs (author and epoch) that a node follows. */
  readonly logsMax: number;
  /** Logs up to which a node asks by its whole frontier; with more it asks by ranges. */
  readonly frontierLogsMax: number;
  /** Bytes of batches sent in answer to one question; the rest comes with the next round. */
  readonly deltaBytesMax: Bytes;
  /** How long we wait for what we asked one neighbor for, before we ask another. */
  readonly pullPatienceMs: Millis;
}

export const gossipDefaults: GossipOptions = Object.freeze({
  // GOSSIP 2.1: 100 ms costs about 3 kB/s per direction, 1 s a tenth of it.
  roundIntervalMs: millis(100),
  quietIntervalMs: millis(1_000),
  equalRoundsToSlow: 3,
  roundJitter: 0.1,
  fanout: 3,
  // Measured at 100 nodes and 250 batches a second: 5 ms a hop make trees so slow that what is on its way is grafted.
  coalesceMs: millis(2),
  // Guess: a second of 256 batches per second; what does not fit is repaired by rounds.
  outboxMax: 256,
  // Guess: 1 MiB each 5 ms is far above a link, and below what blocks the loop; one largest batch on two links.
  flushBytesMax: bytes(1024 * 1024),
  // iroh batches announcements for 5 ms; later ones save more (guess).
  announceDelayMs: millis(25),
  // Guess, held against 500 nodes of twelve links: a node hears of a batch from three or four, and who hears from nobody is told by rounds.
  announceMax: 4,
  // As many as the view holds.
  linksMax: 100,
  // HyParView's active view of 5; a first flood over both ends' choices is connected.
  eagerMax: 5,
  missingMax: 64,
  // iroh: 80 and 40 ms. Measured on 100 nodes and 10 ms links: 80 asks for what a tree of twelve hops still brings.
  graftAfterMs: millis(100),
  graftAgainMs: millis(40),
  // Off: hops end at 254. Measured at 100 nodes with many authors, 3 (Corrosion) to 7 (iroh) move the tree that all share to and
  // fro, for 1.2 to 1.7 copies per delivery instead of 1.02. It pays where one author writes.
  shorterByHops: 255,
  // Guess: a tree of 100 nodes takes as long on 10 ms links; once to twice this is held back.
  settleMs: millis(150),
  // Three hot rounds.
  treeLateMs: millis(300),
  // Guess: one lost batch is repaired by the way; eight in a row are a broken tree.
  floodAfterPulls: 8,
  // Guess: a second of hot rounds.
  floodRounds: 10,
  // What one frontier or list can name: a thousand members that start four times, with state and messages, until there is compaction.
  logsMax: frontierEntriesMax,
  // 5 KB in one step. GOSSIP 2.4 says 1,000, which is 42 KB: where one log differs, as mostly, ranges take 2 KB in two (decision 0015).
  frontierLogsMax: 128,
  // Half of the largest batch; several neighbors serve at once.
  deltaBytesMax: bytes(256 * 1024),
  // Guess: a round trip of 50 ms and the transfer of a delta at 10 Mbit/s.
  pullPatienceMs: millis(250),
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
    .integer('frontierLogsMax', options.frontierLogsMax, 0, frontierEntriesMax)
    .integer('deltaBytesMax', options.deltaBytesMax, 1_024, 16 * batchBytesMax)
    .number('pullPatienceMs', options.pullPatienceMs, 1, 60_000)
    .integer('flushBytesMax', options.flushBytesMax, 1_024, 64 * batchBytesMax)
    .number('announceDelayMs', options.announceDelayMs, 0, 1_000)
    .integer('announceMax', options.announceMax, 0, 512)
    .integer('linksMax', options.linksMax, 1, 512)
    .integer('eagerMax', options.eagerMax, 1, 512)
    .integer('missingMax', options.missingMax, 1, batchIdsPerMessageMax)
    .number('graftAfterMs', options.graftAfterMs, 1, 60_000)
    .number('graftAgainMs', options.graftAgainMs, 1, 60_000)
    .integer('shorterByHops', options.shorterByHops, 1, 255)
    .number('settleMs', options.settleMs, 1, 60_000)
    .number('treeLateMs', options.treeLateMs, 1, 60_000)
    .integer('floodAfterPulls', options.floodAfterPulls, 1, 255)
    .integer('floodRounds', options.floodRounds, 1, 255)
    .holds(options.quietIntervalMs >= options.roundIntervalMs, 'quietIntervalMs must be at least roundIntervalMs')
    .holds(options.coalesceMs < options.roundIntervalMs, 'coalesceMs must be below roundIntervalMs')
    .holds(options.announceDelayMs < options.graftAfterMs, 'announceDelayMs must be below graftAfterMs')
    .holds(options.settleMs < options.treeLateMs, 'settleMs must be below treeLateMs');
}
