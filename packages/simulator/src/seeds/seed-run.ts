/**
 * One seed, in four phases: a join and a calm in which nothing may go wrong; faults, through which nothing may be lost or wrongly
 * concluded (safety); the end of all faults, after which everything must come right in bounded time (liveness); and quiet, in which the
 * mesh must find its rest.
 */
import { acknowledgedWrites } from '../checkers/acknowledged-writes.ts';
import { boundedMemory } from '../checkers/bounded-memory.ts';
import { convergence, digestsOf, lackingOf } from '../checkers/convergence.ts';
import { LogOrder } from '../checkers/log-order.ts';
import { membership, misbeliefsOf } from '../checkers/membership.ts';
import { Removals } from '../checkers/removals.ts';
import { Sightings } from '../checkers/sightings.ts';
import { ViewSymmetry } from '../checkers/view-symmetry.ts';
import type { Cell } from '../events/cell.ts';
import { Spread } from '../events/spread.ts';
import { World } from '../events/world.ts';
import type { Verdict } from '../scenario.ts';
import { Faults } from './faults.ts';
import { seedPlanOf, type SeedPlan } from './seed-plan.ts';

/** What became of a seed. */
export interface SeedOutcome {
  readonly seed: number;
  /** A verdict `threw` stands where the core stopped at an assertion of its own. */
  readonly verdicts: readonly Verdict[];
  readonly sometimes: Readonly<Record<string, number>>;
  readonly events: number;
  readonly stateHash: string;
}

/** Joins begin within two seconds; views of a small mesh are settled ten seconds later. */
const [joinSpreadMs, joinedMs] = [2_000, 12_000];
const [calmWrites, calmGapMs, calmEndMs] = [4, 500, 4_000];
/** After the last fault: lost peers are dialed each second, the dead are found in ten to twenty, stalls may last five. */
const livenessMs = 90_000;
const [settleMs, quietMs] = [20_000, 5_000];
/** Rounds once a second to three, probes twice a second with their timers and answers, a look and an exchange: measured 16 to 31. */
const quietEventsMax = 40;
/**
 * Events that wait for a node, on average. In quiet a timer for each concern, a message or two, and what is left of suspicions: measured 5
 * to 43. While everybody suspects everybody two for each suspicion, and for each that was refuted since: measured up to 150. A timer that
 * is armed twice doubles with every period, and is beyond both within seconds.
 */
const [quietWaitingMax, waitingMax] = [60, 250];
/** At views, in quiet: not in step with the second in which a view seeks. */
const looks = 7;

/** Runs what a seed stands for. */
export function runSeed(seed: number): SeedOutcome {
  return runSeedPlan(seedPlanOf(seed));
}

/** Runs a plan: one that was kept stays the same when seeds come to stand for others. */
export function runSeedPlan(plan: SeedPlan): SeedOutcome {
  return new SeedRun(plan).outcome();
}

class SeedRun {
  readonly #plan: SeedPlan;
  readonly #world: World;
  readonly #cell: Cell;
  readonly #faults: Faults;
  readonly #removals = new Removals();
  readonly #order = new LogOrder();
  readonly #sightings = new Sightings();
  readonly #verdicts: Verdict[] = [];

  constructor(plan: SeedPlan) {
    this.#plan = plan;
    this.#world = new World({
      seed: plan.seed, nodes: plan.peers, cellMax: plan.peers, options: plan.options, paths: plan.paths, clockSkew: plan.clockSkew,
      // Each action restarts at most one, and so does the end of the faults.
      restartsMax: plan.actions.length + plan.peers,
      observer: this.#sightings,
      onEvent: (cell, by, event) => {
        this.#removals.onEvent(cell, by, event);
        this.#order.onEvent(cell, by, event);
      },
    });
    this.#cell = this.#world.cells[0] as Cell;
    this.#faults = new Faults(plan, this.#cell, this.#world.paths, this.#removals);
  }

  outcome(): SeedOutcome {
    try {
      this.#join();
      this.#calm();
      this.#safety();
      this.#liveness();
      this.#quiet();
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      this.#verdicts.push({ name: 'threw', holds: false, detail });
    }
    return {
      seed: this.#plan.seed,
      verdicts: [...this.#verdicts, this.#removals.verdict, this.#order.verdict],
      sometimes: this.#sightings.counts,
      events: this.#world.tally.events,
      stateHash: this.#world.stateHash,
    };
  }

  #join(): void {
    for (let peer = 0; peer < this.#plan.peers; peer++) {
      this.#cell.at((joinSpreadMs * peer) / this.#plan.peers, () => this.#cell.start(peer));
    }
    this.#cell.run(joinedMs);
    this.#note(membership(this.#world));
  }

  /** Without a fault writes come along trees, and nobody is suspected. */
  #calm(): void {
    const before = this.#sightings.counts['suspected'] as number;
    for (let write = 0; write < calmWrites; write++) this.#cell.at(this.#cell.nowMs + write * calmGapMs, () => this.#faults.write(1 + (write % 2)));
    this.#pass(calmEndMs);
    const spread = new Spread(this.#world.batches.all);
    this.#note(convergence(this.#world));
    const medianMs = spread.withinMs(0.5) ?? Infinity;
    const allowedMs = calmMedianMs(this.#plan);
    this.#note({
      name: 'pushed-in-time', holds: medianMs <= allowedMs,
      detail: `half of all deliveries came within ${medianMs} ms in calm, at most ${allowedMs} ms are allowed`,
    });
    const suspected = (this.#sightings.counts['suspected'] as number) - before;
    this.#note({ name: 'nobody-suspected-in-calm', holds: suspected === 0, detail: `${suspected} suspicions without a fault` });
  }

  #safety(): void {
    this.#faults.begin(this.#plan.actions);
    this.#pass(this.#plan.safetyMs);
    this.#note(boundedMemory(this.#world, waitingMax));
  }

  /** Progress must resume: all know all, agree who is there, and hold each other for neighbors. */
  #liveness(): void {
    this.#faults.end(this.#plan.endsWithOneGone);
    const untilMs = this.#cell.nowMs + livenessMs;
    this.#pass(1_000);
    this.#faults.write(1);
    while (this.#cell.nowMs < untilMs && !this.#isRight()) this.#pass(1_000);
    this.#note(convergence(this.#world));
    this.#note(acknowledgedWrites(this.#world));
    this.#note(membership(this.#world));
  }

  #quiet(): void {
    this.#pass(settleMs);
    const before = { events: this.#world.tally.events, suspected: this.#sightings.counts['suspected'] as number };
    const symmetry = new ViewSymmetry();
    for (let look = 0; look < looks; look++) {
      this.#pass(quietMs / looks);
      symmetry.look(this.#world);
    }
    const { mesh, tally } = this.#world;
    const running = this.#cell.running;
    const eventsPerSecond = (tally.events - before.events) / running.length / (quietMs / 1_000);
    this.#note({
      name: 'at-rest', holds: eventsPerSecond <= quietEventsMax,
      detail: `${eventsPerSecond.toFixed(1)} events a second and node in quiet, at most ${quietEventsMax} are allowed`,
    });
    const apart = running.filter((peer) => !mesh.isConverged(this.#cell.nodeIndexOf(peer))).length;
    this.#note({ name: 'said-converged', holds: apart === 0, detail: `${apart} nodes do not say that all agree` });
    const suspected = (this.#sightings.counts['suspected'] as number) - before.suspected;
    this.#note({ name: 'nobody-suspected-in-quiet', holds: suspected === 0, detail: `${suspected} suspicions without a fault` });
    this.#note({
      name: 'hands-on-what-it-holds', holds: tally.unheldSent === 0,
      detail: `${tally.unheldSent} batches were sent by somebody who was never handed them`,
    });
    this.#note(symmetry.verdict);
    this.#note(convergence(this.#world));
    this.#note(membership(this.#world));
    this.#note(boundedMemory(this.#world, quietWaitingMax));
  }

  #isRight(): boolean {
    return lackingOf(this.#world, this.#cell).length === 0 && digestsOf(this.#world, this.#cell) === 1 && misbeliefsOf(this.#world, this.#cell).length === 0;
  }

  #pass(ms: number): void {
    this.#cell.run(this.#cell.nowMs + ms);
  }

  #note(verdict: Verdict): void {
    this.#verdicts.push(verdict);
  }
}

/** Half of all are reached within two hops, most of them shorter than the longest; rounds and anti-entropy alone take 200 ms more. */
function calmMedianMs({ paths }: SeedPlan): number {
  return Math.round(1.5 * paths.latencyMaxMs * (1 + paths.jitter) + 30);
}
