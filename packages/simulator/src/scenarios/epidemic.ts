/**
 * One rumour, every node, rounds in step: the run that theory knows best. What is measured is held against the mean-field recurrence, which
 * the report draws under it.
 */
import { bytes, messageOverheadBytes } from '@murmuration/protocol';
import { meanField, roundsUntil, singleRunBand, type MeanField } from '../oracles.ts';
import { replayCommand } from '../parameters.ts';
import { letterBytes } from '../rounds/mailboxes.ts';
import { shardsFor, type EpidemicMode, type EpidemicPlan } from '../rounds/plan.ts';
import { runRounds } from '../rounds/run.ts';
import { rumourBytes } from '../rounds/shard.ts';
import { never, type SharedState } from '../rounds/shared-state.ts';
import type { CurvePoint, Parameter, ParameterValues, Progress, RunContext, RunResult, Scenario, StandIns, Verdict } from '../scenario.ts';
import { peakRssBytes, startStopwatch } from '../stopwatch.ts';

const parameters = {
  // 64 regions of 512 cells of 512 nodes: the largest mesh that the hierarchy can name.
  nodes: { kind: 'integer', default: 10_000, min: 2, max: 16_777_216, help: 'Nodes in the mesh' },
  mode: { kind: 'choice', default: 'push-pull', choices: ['push', 'pull', 'push-pull'], help: 'Who hands over when two nodes talk: the caller, the called, or both' },
  // 16 is the most that the daemon takes.
  fanout: { kind: 'integer', default: 1, min: 1, max: 16, help: 'Partners of a node in a round' },
  // At 99 % a pull takes ten thousand tries; beyond, nothing is learned from waiting.
  loss: { kind: 'share', default: 0, min: 0, max: 0.99, help: 'Chance that a call or its answer is lost' },
  silent: { kind: 'share', default: 0, min: 0, max: 0.9, help: 'Share of the nodes that take and never tell' },
  // Four times what a million nodes take at 25 % loss with 30 % silent. Stamps count to 65,534.
  roundsMax: { kind: 'integer', default: 200, min: 1, max: 10_000, help: 'The run ends after so many rounds, whether all know or not' },
} as const satisfies Record<string, Parameter>;

/** What is not the daemon's. */
const standIns: StandIns = [
  'rounds are in step, where the daemon starts each by a timer with jitter',
  'an exchange is a call and an answer within one round: digest, frontier and batch, which the daemon sends as messages of their own, ride on these two',
  'partners are drawn from everybody else by the daemon\'s pickPartners, where a daemon draws from its linked neighbors and takes one of them in turn',
  'one unsigned batch of one author; frontiers of one log judge and advance by the daemon\'s code, but nothing is signed, verified or merged',
];

const message = { round: messageOverheadBytes + 9, batch: messageOverheadBytes + 1 + rumourBytes };
/** Honest nodes from which on a curve is smooth enough to be compared. */
const crowdMin = 1_000;
/** A dot each on the map; more would overlap on a screen and weigh in the report. */
const sampledNodesMax = 2_500;

export const epidemic: Scenario = {
  name: 'epidemic',
  summary: 'One rumour among uniform partners in synchronous rounds, held against the mean-field curve',
  parameters,
  memoryBytes: (values, workers) => memoryBytesOf(planOf(values, { seed: 0, workers })),
  async run(values, context) {
    const plan = planOf(values, context);
    const elapsedMs = startStopwatch();
    const state = await runRounds(plan, context.signal, (state) => context.onProgress(progressOf(plan, state)));
    return resultOf(values, plan, state, elapsedMs());
  },
};

function planOf(values: ParameterValues, { seed, workers }: Pick<RunContext, 'seed' | 'workers'>): EpidemicPlan {
  const number = (name: keyof typeof parameters): number => values[name] as number;
  const nodes = number('nodes');
  const threads = Math.min(workers, nodes);
  return {
    nodes, mode: values['mode'] as EpidemicMode, fanout: number('fanout'), loss: number('loss'), silent: number('silent'),
    roundsMax: number('roundsMax'), seed, workers: threads, shards: shardsFor(nodes, threads),
  };
}

/** Columns of about 60 bytes a node; boxes and inbox for the calls of a round, and as much again at most for the answers. */
function memoryBytesOf({ nodes, fanout }: EpidemicPlan): number {
  const programBytes = 100 * 1024 * 1024;
  return programBytes + nodes * 60 + nodes * fanout * (2 * letterBytes + 4);
}

function progressOf(plan: EpidemicPlan, state: SharedState): Progress {
  const honest = state.total('honest');
  const informed = state.curve[state.rounds] as number;
  const expected = meanField(shapeOf(plan, honest)).rounds;
  return {
    share: Math.min(1, state.allKnow ? 1 : state.rounds / Math.min(plan.roundsMax, Math.max(expected, state.rounds + 1))),
    rounds: state.rounds,
    events: state.total('calls') + state.total('letters'),
    informedShare: informed / honest,
  };
}

/** The model of the honest nodes that this seed has made, rather than of the share that was asked for. */
function shapeOf(plan: EpidemicPlan, honest: number): EpidemicPlan {
  return { ...plan, silent: 1 - honest / plan.nodes };
}

function resultOf(values: ParameterValues, plan: EpidemicPlan, state: SharedState, wallMs: number): RunResult {
  const honest = state.total('honest');
  const model = meanField(shapeOf(plan, honest));
  const curve = curveOf(state, honest, model);
  const events = state.total('calls') + state.total('letters');
  const complete = state.allKnow || state.rounds >= plan.roundsMax;
  const sentBytes = (state.total('calls') + state.total('answers')) * message.round + state.total('copies') * message.batch;
  return {
    scenario: epidemic.name, seed: plan.seed, nodes: plan.nodes, workers: plan.workers, options: values, complete,
    rounds: state.rounds,
    percentiles: percentilesOf(state, honest),
    messages: state.total('calls') + state.total('answers'),
    events,
    eventsPerSecond: Math.round(events / (wallMs / 1000)),
    copiesPerDelivery: state.total('taught') === 0 ? 0 : state.total('copies') / state.total('taught'),
    wallMs: Math.round(wallMs),
    peakRssBytes: peakRssBytes(),
    bytesPerNode: Math.round(state.total('stateBytes') / plan.nodes),
    stateHash: state.stateHash(),
    standIns,
    sometimes: { 'leg lost': state.total('lost'), 'second copy': state.total('copies') - state.total('taught'), 'silent node': plan.nodes - honest },
    verdicts: complete ? verdictsOf(plan, state, model) : [],
    curve,
    bytesByRole: { member: bytes(Math.round(sentBytes / plan.nodes)) },
    sampledLearning: sampledLearning(state),
    replay: replayCommand(epidemic, values, plan),
  };
}

function curveOf(state: SharedState, honest: number, { informed }: MeanField): CurvePoint[] {
  return Array.from({ length: state.rounds + 1 }, (_, round) => ({
    at: round, informed: (state.curve[round] as number) / honest, expected: informed[round] ?? 1,
  }));
}

function percentilesOf(state: SharedState, honest: number): RunResult['percentiles'] {
  const roundOf = (share: number): number | null => {
    const round = state.curve.subarray(0, state.rounds + 1).findIndex((informed) => informed >= share * honest);
    return round < 0 ? null : round;
  };
  return { 50: roundOf(0.5), 99: roundOf(0.99), '99.99': roundOf(0.9999), 100: roundOf(1) };
}

function verdictsOf(plan: EpidemicPlan, state: SharedState, model: MeanField): Verdict[] {
  const honest = state.total('honest');
  const [least, most] = singleRunBand(plan.fanout);
  const off = state.rounds - model.rounds;
  return [
    { name: 'all-know', holds: state.allKnow, detail: `${state.total('honestInformed')} of ${honest} honest nodes know after ${state.rounds} rounds` },
    {
      name: 'rounds-as-expected', holds: state.allKnow && off >= least && off <= most,
      detail: `${state.rounds} rounds; the recurrence expects ${model.rounds.toFixed(1)}, and a single run lies from ${least} to +${most} of it`,
    },
    ...(honest >= crowdMin ? [curveVerdict(state, honest, model)] : []),
  ];
}

/** When the first few learn is luck and shifts the curve; from one half on it has the form that the model gives it. */
function curveVerdict(state: SharedState, honest: number, model: MeanField): Verdict {
  const measured = Array.from(state.curve.subarray(0, state.rounds + 1), (informed) => informed / honest);
  const climb = (curve: readonly number[]): number => roundsUntil(curve, 0.99) - roundsUntil(curve, 0.5);
  return {
    name: 'curve-as-expected', holds: Math.abs(climb(measured) - climb(model.informed)) <= 1,
    detail: `from 50 to 99 % in ${climb(measured).toFixed(1)} rounds; the recurrence takes ${climb(model.informed).toFixed(1)}, give or take one`,
  };
}

function sampledLearning({ learnedAt }: SharedState): (number | null)[] {
  const count = Math.min(sampledNodesMax, learnedAt.length);
  return Array.from({ length: count }, (_, index) => {
    const round = learnedAt[Math.floor((index * learnedAt.length) / count)] as number;
    return round === never ? null : round;
  });
}
