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
  /** Logs of one author: whoever begins more epochs than that stops itself, nobody else. */
  readonly logsPerAuthorMax?: number;
  /** Bytes of batches kept, each counted with what it costs beside its own bytes. */
  readonly historyBytesMax?: number;
  /** Bytes of one author's batches. */
  readonly historyBytesPerAuthorMax?: number;
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
  // What a frontier can name (`frontierEntriesMax`).
  logsMax: 8_192,
  // A guess: one start an hour for a month and a half; eight such authors fill a replica, one does not.
  logsPerAuthorMax: 1_024,
  // A guess: a quarter of the heap that Node takes by itself. Half a million small batches, or a gigabyte of large ones.
  historyBytesMax: 1024 ** 3,
  // A guess: four such authors fill a replica, one does not.
  historyBytesPerAuthorMax: 256 * 1024 ** 2,
  grants: everybodyEdits,
});

/** Completes the options, or throws `invalid-options` with every violation. */
export function resolveStateOptions(input: StateOptionsInput = {}): StateOptions {
  const options: StateOptions = { ...defaultStateOptions, ...input };
  const check = new OptionCheck('state')
    .integer('registersMax', options.registersMax, 1, 2 ** 31 - 1)
    .integer('registersPerAuthorMax', options.registersPerAuthorMax, 1, 2 ** 31 - 1)
    .integer('logsMax', options.logsMax, 1, 2 ** 31 - 1)
    .integer('logsPerAuthorMax', options.logsPerAuthorMax, 1, 2 ** 31 - 1)
    .integer('historyBytesMax', options.historyBytesMax, 1, Number.MAX_SAFE_INTEGER)
    .integer('historyBytesPerAuthorMax', options.historyBytesPerAuthorMax, 1, Number.MAX_SAFE_INTEGER);
  check.holds(
    options.registersPerAuthorMax <= options.registersMax,
    'registersPerAuthorMax must not exceed registersMax',
  );
  throwViolations([check]);
  return Object.freeze(options);
}
