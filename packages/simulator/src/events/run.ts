/** A scenario in events, from its plan to its result: cells start warm, time passes in windows, and what was planned for each happens. */
import { Removals } from '../checkers/removals.ts';
import { Sightings } from '../checkers/sightings.ts';
import { replayCommand } from '../parameters.ts';
import type { ParameterValues, RunContext, RunResult, Scenario, StandIns, Verdict } from '../scenario.ts';
import { breathe, peakRssBytes, startStopwatch } from '../stopwatch.ts';
import type { Cell } from './cell.ts';
import { Spread } from './spread.ts';
import { warmStart } from './warm-start.ts';
import { World, type WorldOptions } from './world.ts';

/** What a scenario in events wants. */
export interface CellPlan {
  readonly scenario: Pick<Scenario, 'name' | 'parameters'>;
  readonly values: ParameterValues;
  readonly world: Omit<WorldOptions, 'seed' | 'observer' | 'onEvent'>;
  /** Links and members of each when the run begins. */
  readonly linksPerPeer: number;
  readonly membersPerPeer: number;
  readonly untilMs: number;
  /** Plans what happens to a cell, before its time begins. */
  readonly stage: (cell: Cell, seed: number) => void;
  /** Which deliveries count; all where nothing is said. */
  readonly isWanted?: ConstructorParameters<typeof Spread>[1];
  readonly judge: (outcome: Outcome) => readonly Verdict[];
}

/** What came out of a run. */
export interface Outcome {
  readonly world: World;
  readonly removals: Removals;
  readonly spread: Spread;
}

/** What of a daemon is not here. */
export const cellStandIns: StandIns = [
  'links and paths are modeled: latency by pair, jitter, and lost packets that come again on an ordered stream, or datagrams that are lost for good',
  'batches are not signed, verified or merged: a handle names each, and the core is told that it was verified',
  'messages are handed over as values, not encoded as bytes',
  'cells start warm: links and member rows are placed as a finished join leaves them, through inputs of the core, and timers have random phases',
];

/** Time passes in every cell before it goes on in the first: long enough that a cell stays in the processor's cache for a while. */
const windowMs = 500;
/** Between two turns of the event loop. */
const sliceMs = 100;
/** Of one node, beside its columns: events that wait and links (measured 900). */
const driverBytesPerNode = 1_200;

/** Bytes that a run of this plan needs. */
export function memoryBytesOf({ world }: Pick<CellPlan, 'world'>): number {
  const programBytes = 150 * 1024 * 1024;
  const { bytesPerNode, cells } = new World({ ...world, nodes: world.cellMax, seed: 0 });
  const spare = 1 + (world.restartsMax ?? 0) / Math.max(1, cells.length * world.cellMax);
  return programBytes + world.nodes * (spare * bytesPerNode + driverBytesPerNode);
}

export async function runCells(plan: CellPlan, context: RunContext): Promise<RunResult> {
  const { seed } = context;
  const elapsedMs = startStopwatch();
  const [removals, sightings] = [new Removals(), new Sightings()];
  const world = new World({
    ...plan.world, seed, observer: sightings, onEvent: (cell, by, event) => removals.onEvent(cell, by, event),
  });
  const isWarm = await eachCell(world, context, (cell) => {
    warmStart(cell, { linksPerPeer: plan.linksPerPeer, membersPerPeer: plan.membersPerPeer, seed });
    plan.stage(cell, seed);
  });
  const before = { events: world.tally.events, elapsedMs: elapsedMs() };
  const nowMs = isWarm ? await pass(plan, world, context) : 0;
  const ranMs = elapsedMs() - before.elapsedMs;
  const outcome = { world, removals, spread: new Spread(world.batches.all, plan.isWanted) };
  return {
    ...resultOf(plan, outcome, { seed, complete: nowMs === plan.untilMs }),
    events: world.tally.events - before.events,
    // Of the run proper: a start that is not simulated has no events.
    eventsPerSecond: Math.round((world.tally.events - before.events) / (ranMs / 1_000)),
    wallMs: Math.round(elapsedMs()),
    sometimes: sightings.counts,
  };
}

/** Lets all time pass that is planned, unless it is told to end; answers how much did. */
async function pass(plan: CellPlan, world: World, context: RunContext): Promise<number> {
  let nowMs = 0;
  while (nowMs < plan.untilMs) {
    const nextMs = Math.min(plan.untilMs, nowMs + windowMs);
    if (!await eachCell(world, context, (cell) => cell.run(nextMs), (share) => tell(plan, world, context, nowMs + share * windowMs))) break;
    nowMs = nextMs;
  }
  return nowMs;
}

/** Does something to every cell; false where the run was told to end before the last. */
async function eachCell(
  { cells }: World, { signal }: RunContext, act: (cell: Cell) => void, onSlice: (share: number) => void = () => undefined,
): Promise<boolean> {
  let sliceElapsedMs = startStopwatch();
  for (const [index, cell] of cells.entries()) {
    act(cell);
    if (sliceElapsedMs() < sliceMs && index < cells.length - 1) continue;
    onSlice((index + 1) / cells.length);
    await breathe();
    if (signal.aborted) return false;
    sliceElapsedMs = startStopwatch();
  }
  return true;
}

function tell(plan: CellPlan, { batches, tally }: World, { onProgress }: RunContext, simulatedMs: number): void {
  onProgress({
    share: Math.min(1, simulatedMs / plan.untilMs), simulatedMs: Math.round(simulatedMs), events: tally.events,
    informedShare: batches.wanted === 0 ? 0 : batches.known / batches.wanted,
  });
}

type Measured = 'events' | 'eventsPerSecond' | 'wallMs' | 'sometimes';

function resultOf(plan: CellPlan, outcome: Outcome, { seed, complete }: { seed: number; complete: boolean }): Omit<RunResult, Measured> {
  const { world, spread } = outcome;
  const lastMs = spread.withinMs(1);
  return {
    scenario: plan.scenario.name, seed, nodes: plan.world.nodes, workers: 1, options: plan.values, complete,
    ...(lastMs === null ? {} : { simulatedMs: lastMs }),
    percentiles: {
      50: spread.withinMs(0.5), 99: spread.withinMs(0.99), '99.99': spread.withinMs(0.9999), 100: lastMs,
    },
    messages: world.tally.messages,
    copiesPerDelivery: world.tally.copiesPerDelivery,
    peakRssBytes: peakRssBytes(),
    bytesPerNode: world.bytesPerNode,
    stateHash: world.stateHash,
    standIns: cellStandIns,
    verdicts: complete ? plan.judge(outcome) : [],
    curve: spread.curve,
    replay: replayCommand(plan.scenario, plan.values, { seed, workers: 1 }),
  };
}
