/**
 * What we decide about something a peer sent. A peer's fault is a value, never an exception. `ignore` carries no penalty:
 * honest peers cause it too (a duplicate, an old epoch). `reject` names an offence, which somebody can be blamed for.
 */

/** Why something was left out without blame. A closed set: telemetry mirrors it. */
export type IgnoreReason =
  | 'duplicate'
  | 'gap'
  | 'frontier-full'
  | 'peer-table-full'
  | 'unknown-author'
  | 'own-log-ahead'
  | 'forked-log'
  | 'sender-banned'
  | 'other-network';

/** What a peer did wrong. A closed set: telemetry mirrors it. */
export type Offence =
  | 'invalid-signature'
  | 'malformed-frame'
  | 'malformed-batch'
  | 'oversized-frame'
  | 'foreign-certificate';

/** Accepted, ignored without penalty, or rejected as an offence. */
export type Verdict =
  | { readonly type: 'accept' }
  | { readonly type: 'ignore'; readonly reason: IgnoreReason }
  | { readonly type: 'reject'; readonly offence: Offence };

/** The one accepting verdict. */
export const accept: Verdict = Object.freeze({ type: 'accept' });

/** Leaves it out, without blame. */
export function ignore(reason: IgnoreReason): Verdict {
  return { type: 'ignore', reason };
}

/** Leaves it out and blames the one who handed it to us. */
export function reject(offence: Offence): Verdict {
  return { type: 'reject', offence };
}
