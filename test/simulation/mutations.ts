/**
 * Planted bugs: one-line mutations of the core, as a hurried hand makes them. `run-mutations.ts` plants each in a copy and lets the seeds
 * look for it; later rules add theirs here. The searched text occurs once in its file, or a test fails.
 */

export interface Mutation {
  /** A word for it. */
  readonly name: string;
  /** Below `packages/`. */
  readonly file: string;
  readonly search: string;
  readonly replace: string;
  /** What it breaks. */
  readonly breaks: string;
}

export const mutations: readonly Mutation[] = [
  {
    name: 'older-claims-win', file: 'peer-registry/src/precedence.ts',
    search: "return age > 0 ? 'takes' : 'keeps';", replace: "return age < 0 ? 'takes' : 'keeps';",
    breaks: 'wrong comparison: what was believed before replaces what is known since',
  },
  {
    name: 'restart-does-not-win', file: 'protocol/src/module.ts',
    search: 'return first.epoch === second.epoch ? first.incarnation - second.incarnation : first.epoch - second.epoch;',
    replace: 'return first.incarnation - second.incarnation;',
    breaks: 'an epoch counts for nothing, so who comes back is held for who was there before',
  },
  {
    name: 'refutation-not-kept', file: 'peer-registry/src/members.ts',
    search: "    this.#parts.columns.setClaim(node, selfRow, 'alive', epoch, incarnation);\n", replace: '',
    breaks: 'lost refutation: the accused tells its old incarnation again',
  },
  {
    name: 'refutation-not-later', file: 'peer-registry/src/members.ts',
    search: 'claim.incarnation + 1) as Incarnation', replace: 'claim.incarnation) as Incarnation',
    breaks: 'a refutation at the incarnation of the doubt does not beat it',
  },
  {
    name: 'impatient-death', file: 'peer-registry/src/options.ts',
    search: 'deadAfterMs: millis(10_000),', replace: 'deadAfterMs: millis(5_000),',
    breaks: 'who stands still for six seconds is removed',
  },
  {
    name: 'probe-ends-early', file: 'peer-registry/src/probe-rules.ts',
    search: 'return millis(Math.max(periodShare * periodMs, roundTrips * rttMs));',
    replace: 'return millis(Math.min(periodShare * periodMs, roundTrips * rttMs));',
    breaks: 'wrong bound: a probe is judged before its answer can be there',
  },
  {
    name: 'probe-timer-twice', file: 'peer-registry/src/probing.ts',
    search: "    effects.setTimer(node, millis(delayMs), { type: 'probe-next' });\n",
    replace: "    effects.setTimer(node, millis(delayMs), { type: 'probe-next' });\n    if (probes.isRunning(node)) effects.setTimer(node, millis(delayMs), { type: 'probe-next' });\n",
    breaks: 'a timer that is armed twice goes on twice for ever',
  },
  {
    name: 'stall-is-evidence', file: 'peer-registry/src/membership.ts',
    search: '    this.#health.onStall(node, lagMs, now);\n    this.#suspicions.forgive(node, lagMs, now);\n    this.#probing.onStall(node);\n', replace: '',
    breaks: 'who stood still takes its own silence for that of the others',
  },
  {
    name: 'lost-are-forgotten', file: 'peer-registry/src/views.ts',
    search: '    this.#retryLost(node, first, rows, effects);\n', replace: '',
    breaks: 'nobody dials the dead, so the halves of a split never meet again',
  },
  {
    name: 'silent-refusal', file: 'peer-registry/src/views.ts',
    search: "      effects.disconnect(node, peer, 'view-full');\n      return false;", replace: '      return false;',
    breaks: 'who is turned away is not told, and holds a neighbor who does not hold it',
  },
  {
    name: 'stale-suspicion-timer', file: 'peer-registry/src/members.ts',
    search: '    if (compareIncarnation(this.#claims.claimAt(node, row), timer) !== 0) return;\n', replace: '',
    breaks: 'stale timer: the end of a suspicion that was refuted ends the next one',
  },
  {
    name: 'ended-links-stay', file: 'peer-registry/src/membership.ts',
    search: '    const neighborsBefore = neighbors.count(node);\n    this.#drop(node, peer);\n',
    replace: '    const neighborsBefore = neighbors.count(node);\n',
    breaks: 'a view goes on holding who is not linked any more',
  },
  {
    name: 'wrong-neighbor-stays', file: 'peer-registry/src/neighbor-columns.ts',
    search: '    this.#peer[to] = this.#peer[from] as number;\n', replace: '',
    breaks: 'of two neighbors the one who left stays in the view',
  },
  {
    name: 'endless-spread', file: 'peer-registry/src/claims.ts',
    search: 'Math.max(0, sends - partners)', replace: 'Math.max(1, sends - partners)',
    breaks: 'forgotten bound: news is told for ever',
  },
  {
    name: 'holes-accepted', file: 'gossip/src/frontier.ts',
    search: 'if (firstSequence !== known + 1 && !maySkip) return gap;', replace: 'if (firstSequence < known + 1) return gap;',
    breaks: 'wrong comparison: a log is taken with holes',
  },
  {
    name: 'never-pushed', file: 'gossip/src/broadcast.ts',
    search: "const isSent = hops === offTreeHops && this.#parts.fallback.stateOf(node) !== 'flooding';", replace: 'const isSent = true;',
    breaks: 'batches are announced and never pushed along the tree',
  },
  {
    name: 'one-question-for-ever', file: 'gossip/src/anti-entropy.ts',
    search: 'return askedAtMs !== 0 && now - askedAtMs < this.#options.pullPatienceMs * this.#links.stretchOf(node);',
    replace: 'return askedAtMs !== 0;',
    breaks: 'stale state: who was asked once and did not answer is waited for, for ever',
  },
  {
    name: 'unknown-logs-kept-back', file: 'gossip/src/anti-entropy.ts',
    search: 'for (const isUnknown of [true, false]) {', replace: 'for (const isUnknown of [false]) {',
    breaks: 'who knows nothing of a log is not sent its beginning',
  },
  {
    name: 'difference-unseen', file: 'gossip/src/frontier.ts',
    search: 'return this.#digestLow[node] === low && this.#digestHigh[node] === high;',
    replace: 'return this.#digestLow[node] === low || this.#digestHigh[node] !== high;',
    breaks: 'wrong comparison: digests that differ count as equal, and nothing is repaired',
  },
  {
    name: 'rounds-stay-hot', file: 'gossip/src/fanout.ts',
    search: 'const doublings = Math.floor(equalRounds / options.equalRoundsToSlow);', replace: 'const doublings = 0;',
    breaks: 'a mesh in which nothing moves goes on as if all did',
  },
  {
    name: 'outbox-without-end', file: 'gossip/src/outbox.ts',
    search: '    if (this.length(node) === this.#max) this.#makeRoom(node);\n', replace: '',
    breaks: "forgotten bound: a full outbox writes into the next node's",
  },
  {
    name: 'graft-timer-forgotten', file: 'gossip/src/grafting.ts',
    search: '    this.#isArmed[node] = 0;\n', replace: '',
    breaks: 'after the first graft no other is sent; anti-entropy hides it',
  },
];
