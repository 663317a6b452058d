/** A result to report on: of a run in rounds, complete, with everything that a report may show. */
import type { RunResult } from '../scenario.ts';

/** The result, with some of it replaced. */
export function resultWith(over: Partial<RunResult> = {}): RunResult {
  return {
    scenario: 'epidemic', seed: 7, nodes: 1_000, workers: 2, options: { nodes: 1_000, mode: 'push-pull' }, complete: true, rounds: 3,
    percentiles: { 50: 1, 99: 2, '99.99': 3, 100: 3 }, messages: 4_000, events: 9_000, eventsPerSecond: 1_000_000, copiesPerDelivery: 1.25,
    wallMs: 9, peakRssBytes: 70 * 2 ** 20, bytesPerNode: 42, stateHash: '0123456789abcdef', standIns: ['a stand-in'], sometimes: { 'leg lost': 12 },
    verdicts: [{ name: 'all-know', holds: true, detail: '1000 of 1000' }],
    curve: [{ at: 0, informed: 0.001, expected: 0.001 }, { at: 1, informed: 0.6, expected: 0.5 }, { at: 2, informed: 0.99, expected: 0.98 }, { at: 3, informed: 1, expected: 0.9999 }],
    bytesByRole: { member: 700 },
    detection: [{ adversary: 'equivocation', precision: 1, recall: 0.98, timeToExclusionMs: 1_400, honestExcluded: 0 }],
    sampledLearning: [0, 1, 1, 2, null],
    replay: 'mesh-sim run epidemic --nodes 1000 --seed 7',
    ...over,
  };
}
