/** What becomes of a document update: admitted, waiting for what it builds on, or left out for ever. */

/** Why an update is left out. A closed set: telemetry mirrors it. */
export type InadmissibleReason =
  /** More bytes, structs, deleted ranges or insertions at one position than an update may have. */
  | 'oversized'
  /** Not a Yjs update of version 1, or one that says nothing. */
  | 'undecodable'
  /** A struct of another client: somebody speaks for somebody else. */
  | 'foreign-struct'
  /** Does not continue the log's own clock. */
  | 'clock-gap'
  /** Refers to, or deletes, something of its own log that does not exist. */
  | 'unknown-own-struct'
  /** Content or a reference of a kind that documents do not have. */
  | 'forbidden-content'
  /** A root that is not declared. */
  | 'undeclared-root'
  /** Content in a type of another kind, such as a map entry in a list. */
  | 'misplaced'
  /** Between two structs that were never neighbors for its author. */
  | 'impossible-place'
  /** Types or values nested too deep. */
  | 'too-deep'
  /** A key that is too long or that means something to JavaScript. */
  | 'forbidden-key'
  /** A contributor deletes or overwrites what another author wrote. */
  | 'not-granted'
  /** The log has reached its share of this document, or of documents. */
  | 'over-quota'
  /** A document name that is empty or too long. */
  | 'invalid-name'
  /** The log has no right to its client id, or has updates of its own that wait. */
  | 'log-blocked';

/** A position in the structs of one client. */
export interface ClientClock {
  readonly client: number;
  readonly clock: number;
}

/** What an admitted update changes in the books of its log. */
export interface AdmittedUpdate {
  readonly type: 'admissible';
  /** The log's own clock after it. */
  readonly nextClock: number;
  readonly structs: number;
  /** What its author knew of other clients for the first time: client to clock, exclusive. */
  readonly learned: ReadonlyMap<number, number>;
}

/** The verdict on one update. */
export type Admission =
  | AdmittedUpdate
  /** Builds on structs that are not here yet: one position per client. */
  | { readonly type: 'waiting'; readonly missing: readonly ClientClock[] }
  | { readonly type: 'inadmissible'; readonly reason: InadmissibleReason };

/** Left out for ever. */
export function inadmissible(reason: InadmissibleReason): Admission {
  return { type: 'inadmissible', reason };
}
