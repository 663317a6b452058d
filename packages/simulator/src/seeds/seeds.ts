/** Many seeds in a row, what failed with the command that makes it again, and which rare branches no seed has reached. */
import { breathe, startStopwatch } from '../stopwatch.ts';
import type { Verdict } from '../scenario.ts';
import { runSeed } from './seed-run.ts';

/** One seed that failed. */
export interface SeedFailure {
  readonly seed: number;
  /** What did not hold. */
  readonly verdicts: readonly Verdict[];
  /** The one command that makes this run again. */
  readonly replay: string;
}

/** What many seeds yield; with `--json` it is printed whole. */
export interface SeedsResult {
  readonly from: number;
  /** Seeds that were run. */
  readonly count: number;
  readonly complete: boolean;
  readonly failures: readonly SeedFailure[];
  readonly sometimes: Readonly<Record<string, number>>;
  /** Branches that some seed should have reached and none did. Judged from `judgedFrom` seeds on. */
  readonly neverReached: readonly string[];
  readonly events: number;
  readonly wallMs: number;
}

export interface SeedsRequest {
  readonly from: number;
  readonly count: number;
  readonly signal: AbortSignal;
  readonly onSeed: (done: number, failed: number) => void;
}

/** Fewer seeds may miss a branch by chance; each of these was reached by every fifty of the first thousand. */
export const judgedFrom = 50;

/** What honest nodes whose tables are large enough never do. */
const unreachable: ReadonlySet<string> = new Set(['frontier full', 'offence seen']);

export async function runSeeds({ from, count, signal, onSeed }: SeedsRequest): Promise<SeedsResult> {
  const elapsedMs = startStopwatch();
  const failures: SeedFailure[] = [];
  const sometimes: Record<string, number> = {};
  let [done, events] = [0, 0];
  for (; done < count && !signal.aborted; done++) {
    const outcome = runSeed(from + done);
    const verdicts = outcome.verdicts.filter(({ holds }) => !holds);
    if (verdicts.length > 0) failures.push({ seed: outcome.seed, verdicts, replay: replayOf(outcome.seed) });
    for (const [name, times] of Object.entries(outcome.sometimes)) sometimes[name] = (sometimes[name] ?? 0) + times;
    events += outcome.events;
    onSeed(done + 1, failures.length);
    await breathe();
  }
  const neverReached = done < judgedFrom ? [] : Object.keys(sometimes).filter((name) => sometimes[name] === 0 && !unreachable.has(name));
  return { from, count: done, complete: done === count, failures, sometimes, neverReached, events, wallMs: Math.round(elapsedMs()) };
}

function replayOf(seed: number): string {
  return `mesh-sim seeds --from ${seed} --count 1`;
}
