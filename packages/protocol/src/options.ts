/** Checks of option values that report every violation at once, so that people mend a configuration in one go. */
import { MeshError, type ProtocolErrorDetails } from './errors.ts';

/** Collects violations of one section of options. */
export class OptionCheck {
  readonly #section: string;
  readonly #violations: string[] = [];

  constructor(section: string) {
    this.#section = section;
  }

  get violations(): readonly string[] {
    return this.#violations;
  }

  /** The value must be an integer in min .. max. */
  integer(name: string, value: number, min: number, max: number): this {
    return this.holds(
      Number.isSafeInteger(value) && value >= min && value <= max,
      `${name} must be an integer from ${min} to ${max}, not ${value}`,
    );
  }

  /** The value must be a number in min .. max. */
  number(name: string, value: number, min: number, max: number): this {
    return this.holds(value >= min && value <= max, `${name} must be a number from ${min} to ${max}, not ${value}`);
  }

  /** A relation between options must hold. */
  holds(condition: boolean, violation: string): this {
    if (!condition) this.#violations.push(`${this.#section}.${violation}`);
    return this;
  }
}

/** Throws one `invalid-options` error that names every violation of the sections, or returns. */
export function throwViolations(checks: readonly OptionCheck[]): void {
  const violations = checks.flatMap((check) => check.violations);
  if (violations.length === 0) return;
  throw new MeshError<ProtocolErrorDetails>('invalid-options', violations.join('; '), { violations });
}
