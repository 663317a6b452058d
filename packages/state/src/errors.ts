/** Errors that callers of this package see. */
import type { InadmissibleReason } from './admission.ts';

/** The codes of this package, each with what it tells beside the message. */
export interface StateErrorDetails {
  /**
   * The caller's: the edit breaks a rule of documents, so other nodes would leave it out. The document is as it was
   * before.
   */
  'inadmissible-edit': { readonly document: string; readonly reason: InadmissibleReason };
}
