/**
 * What a scenario is: a name, typed parameters with defaults, and a run that yields one result. A new scenario is one file beside the
 * others and one line in the list; the command line, sweeps and reports follow from what is said here.
 */

/** One parameter. Shares are 0 to 1; durations are milliseconds, written `5s`, `250ms`, `2min`; rates are events a minute, written `0.1/min`. */
export interface Parameter {
  readonly kind: 'integer' | 'share' | 'duration' | 'rate' | 'choice';
  readonly default: number | string;
  readonly min?: number;
  readonly max?: number;
  /** Of a choice. */
  readonly choices?: readonly string[];
  /** One sentence for `--help`. */
  readonly help: string;
}

/** The values of a run, complete and checked: by name, durations in milliseconds. */
export type ParameterValues = Readonly<Record<string, number | string>>;

/** What is told while a run lasts. */
export interface Progress {
  /** 0 to 1, as far as the run can tell. */
  readonly share: number;
  readonly rounds?: number;
  readonly simulatedMs?: number;
  readonly events: number;
  /** Nodes that know, of all. */
  readonly informedShare: number;
}

/** What a run is given besides its parameters. */
export interface RunContext {
  readonly seed: number;
  readonly workers: number;
  /** Aborted by Ctrl-C: the run ends at its next step with what it has. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** One statement about a run that holds or does not. */
export interface Verdict {
  readonly name: string;
  readonly holds: boolean;
  /** What was measured against what, in a sentence. */
  readonly detail: string;
}

/** What was put in the place of a real part, each in a sentence. Empty where nothing was. */
export type StandIns = readonly string[];

/** A point of the curve of a run. */
export interface CurvePoint {
  /** Rounds, or simulated milliseconds. */
  readonly at: number;
  /** Share of the nodes that know. */
  readonly informed: number;
  /** The same by the mean-field model, where there is one. */
  readonly expected?: number;
}

/** How one class of adversary was found out. */
export interface DetectionRow {
  readonly adversary: string;
  readonly precision: number;
  readonly recall: number;
  /** Simulated milliseconds until they were excluded, on average; null where none was. */
  readonly timeToExclusionMs: number | null;
  readonly honestExcluded: number;
}

/** What one run yields; with `--json` it is printed whole. */
export interface RunResult {
  readonly scenario: string;
  readonly seed: number;
  readonly nodes: number;
  readonly workers: number;
  /** The complete parameters. */
  readonly options: ParameterValues;
  readonly complete: boolean;
  /** Rounds that were run, of a run in rounds. */
  readonly rounds?: number;
  /** Simulated milliseconds until all knew, of a run in events. */
  readonly simulatedMs?: number;
  /** When 50, 99, 99.99 and 100 % of who should know knew, in rounds or simulated milliseconds; null where the run ended before. */
  readonly percentiles: Readonly<Record<'50' | '99' | '99.99' | '100', number | null>>;
  readonly messages: number;
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly copiesPerDelivery?: number;
  readonly wallMs: number;
  readonly peakRssBytes: number;
  /** Bytes of state per node. */
  readonly bytesPerNode: number;
  /** Order-sensitive hash of the final state: equal for every number of workers. */
  readonly stateHash: string;
  readonly standIns: StandIns;
  /** Rare branches and how often they were reached. */
  readonly sometimes: Readonly<Record<string, number>>;
  readonly verdicts: readonly Verdict[];
  readonly curve: readonly CurvePoint[];
  /** Bytes that a node of each role sent in the run, on average. */
  readonly bytesByRole?: Readonly<Record<string, number>>;
  /** What became of each class of adversary, where there are any. */
  readonly detection?: readonly DetectionRow[];
  /** Some of the nodes, evenly over all, in their order: when each came to know, null for never. The map is drawn from it. */
  readonly sampledLearning?: readonly (number | null)[];
  /** The one command that makes this run again. */
  readonly replay: string;
}

/** A scenario. */
export interface Scenario {
  readonly name: string;
  /** One sentence for `list`. */
  readonly summary: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** Bytes that a run needs, so that one too large is refused before it starts; without it nothing is checked. */
  memoryBytes?(values: ParameterValues, workers: number): number;
  run(values: ParameterValues, context: RunContext): Promise<RunResult>;
}
