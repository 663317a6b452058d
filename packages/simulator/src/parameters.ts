/** Values of parameters as text: read from flags and replay lines, written for people and for the one command that makes a run again. */
import type { Parameter, ParameterValues, Scenario } from './scenario.ts';

/** A value, or what was wanted instead. */
export type ReadValue = { readonly value: number | string } | { readonly wanted: string };

/** Milliseconds of each unit of duration. */
const unitMs = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 } as const;
const number = String.raw`(\d+(?:_\d+)*(?:\.\d+)?(?:e\d+)?)`;
const plain = new RegExp(`^${number}$`);
const duration = new RegExp(`^${number}(ms|s|min|h)$`);
const rate = new RegExp(`^${number}/(s|min|h)$`);

/** Reads one value; the bounds of the parameter hold. */
export function readValue(parameter: Parameter, text: string): ReadValue {
  const value = parameter.kind === 'choice' ? text : readNumber(parameter.kind, text);
  return value !== undefined && isWithin(parameter, value) ? { value } : { wanted: wantedOf(parameter) };
}

function readNumber(kind: Parameter['kind'], text: string): number | undefined {
  const [, digits, unit] = (kind === 'duration' ? duration : kind === 'rate' ? rate : plain).exec(text) ?? [];
  if (digits === undefined) return undefined;
  const amount = Number(digits.replaceAll('_', ''));
  if (unit === undefined) return amount;
  const ms = unitMs[unit as keyof typeof unitMs];
  // A rate is events a minute, however it was written.
  return kind === 'duration' ? amount * ms : (amount * unitMs.min) / ms;
}

function isWithin({ kind, min = 0, max = Infinity, choices = [] }: Parameter, value: number | string): boolean {
  if (typeof value === 'string') return choices.includes(value);
  return value >= min && value <= (kind === 'share' ? Math.min(1, max) : max) && (kind !== 'integer' || Number.isSafeInteger(value));
}

/** `a share from 0 to 0.99`, `one of push, pull`. */
export function wantedOf(parameter: Parameter): string {
  const { kind, min = 0, choices = [] } = parameter;
  if (kind === 'choice') return `one of ${choices.join(', ')}`;
  const max = kind === 'share' ? Math.min(1, parameter.max ?? 1) : parameter.max;
  const noun = { integer: 'an integer', share: 'a share', duration: 'a duration (5s, 250ms, 2min)', rate: 'a rate (0.1/min, 2/s)' }[kind];
  return max === undefined ? `${noun} from ${writeValue(parameter, min)}` : `${noun} from ${writeValue(parameter, min)} to ${writeValue(parameter, max)}`;
}

/** The text that reads back as this value. */
export function writeValue({ kind }: Parameter, value: number | string): string {
  if (kind === 'rate') return `${value}/min`;
  if (kind !== 'duration' || typeof value === 'string') return String(value);
  const unit = value === 0 || value % unitMs.s !== 0 ? 'ms' : value % unitMs.min === 0 ? 'min' : 's';
  return `${value / unitMs[unit]}${unit}`;
}

/** The flag of a parameter: `roundsMax` is `--rounds-max`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** All values of a scenario: given ones, and defaults for the rest. */
export function completeValues({ parameters }: Pick<Scenario, 'parameters'>, given: ParameterValues): ParameterValues {
  return Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, given[name] ?? parameter.default]));
}

/** The one command that makes a run again, every value written out. */
export function replayCommand(
  { name, parameters }: Pick<Scenario, 'name' | 'parameters'>,
  values: ParameterValues,
  { seed, workers }: { readonly seed: number; readonly workers: number },
): string {
  const flags = Object.entries(parameters).map(([key, parameter]) => `${flagOf(key)} ${writeValue(parameter, values[key] ?? parameter.default)}`);
  return ['mesh-sim run', name, ...flags, `--seed ${seed}`, `--workers ${workers}`].join(' ');
}
