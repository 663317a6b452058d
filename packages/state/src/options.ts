/**
 * What one replica may hold. These are bounds of this node's memory, not rules of the network: what exceeds them is not
 * accepted at all (the log stays where it is), so that no two replicas ever apply different parts of one log.
 */
import { OptionCheck, throwViolations } from '@murmuration/protocol';
import { everybodyEdits, type DocumentGrants } from './grants.ts';

/** Options of a replica; every field has a default. */
export interface StateOptionsInput {
  /** Register rows of all authors, tombstones included. */
  readonly registersMax?: number;
  /** Register rows of one author: whoever fills them stops its own log, nobody else's. */
  readonly registersPerAuthorMax?: number;
  /** Logs, that is pairs of author and epoch. */
  readonly logsMax?: number;
  /** Who may delete what in documents. Part of the network's rules: every node must be given the same. */
  readonly grants?: DocumentGrants;
}

/** Complete options. */
export type StateOptions = Required<StateOptionsInput>;

/** Defaults and where they come from. */
export const defaultStateOptions: StateOptions = Object.freeze({
  // A guess: a thousand members with a thousand keys each; about 100 bytes a row without its value.
  registersMax: 1_048_576,
  // A guess: sixteen such authors fill a replica, one does not.
  registersPerAuthorMax: 65_536,
  // A guess: a thousand members that restart 64 times before compaction exists.
  logsMax: 65_536,
  grants: everybodyEdits,
});

/** Completes the options, or throws `invalid-options` with every violation. */
export function resolveStateOptions(input: StateOptionsInput = {}): StateOptions {
  const options: StateOptions = { ...defaultStateOptions, ...input };
  const check = new OptionCheck('state')
    .integer('registersMax', options.registersMax, 1, 2 ** 31 - 1)
    .integer('registersPerAuthorMax', options.registersPerAuthorMax, 1, 2 ** 31 - 1)
    .integer('logsMax', options.logsMax, 1, 2 ** 31 - 1);
  check.holds(
    options.registersPerAuthorMax <= options.registersMax,
    'registersPerAuthorMax must not exceed registersMax',
  );
  throwViolations([check]);
  return Object.freeze(options);
}
