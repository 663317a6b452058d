/** Errors that callers of this package see. */
import { MeshError } from '@murmuration/protocol';
import type { InadmissibleReason } from './admission.ts';
import { rootNames } from './shared-doc.ts';

/** Why a local change is not taken, or a live document has ended. */
export type RefusalReason =
  | InadmissibleReason
  /** A transaction of the live document is open. An exception in a listener of `update` leaves Yjs so for ever. */
  | 'in-transaction'
  /** A function given to `editDocument` threw: its half of a change cannot be taken out of a Yjs document. */
  | 'abandoned-edit'
  /** The log went on without a change of ours, or lost its client id: the document was built again from the logs. */
  | 'rebuilt';

/** The codes of this package, each with what it tells beside the message. */
export interface StateErrorDetails {
  /**
   * The caller's: the edit breaks a rule of documents, so other nodes would leave it out. The document is as it was
   * before.
   */
  'inadmissible-edit': { readonly document: string; readonly reason: RefusalReason };
}

/** A local change was refused. */
export type EditRefusal = MeshError<StateErrorDetails>;

/** What a caller can do about it, where the name of the reason does not say. */
const advice: Readonly<Partial<Record<RefusalReason, string>>> = {
  oversized: 'make smaller changes',
  'foreign-struct': 'a document takes no updates of other Yjs documents, and its clientID is not to be changed',
  'undeclared-root': `the roots of a document are ${rootNames.join(', ')}`,
  'forbidden-content': 'a document holds plain values, bytes, Y.Map, Y.Array and Y.Text without formats',
  'in-transaction': 'a transaction of the live document is open, or a listener that threw has left it so',
  'abandoned-edit': 'the function that edited it threw',
  rebuilt: 'the log went on without a change made here, or lost its client id',
};

/** The error for a reason. */
export function refusalOf(document: string, reason: RefusalReason): EditRefusal {
  const why = advice[reason];
  const message = `The change of document ${JSON.stringify(document)} is refused: ${reason}${why === undefined ? '' : ` (${why})`}.`;
  return new MeshError<StateErrorDetails>('inadmissible-edit', message, { document, reason });
}
