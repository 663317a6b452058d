/**
 * Who may delete what in documents (A8). An editor deletes anything that it knows of; overwriting the map key of
 * another author contains such a delete, so shared maps need editors. A contributor adds to lists and texts, fills maps
 * that it made itself, and deletes what it wrote itself, in any epoch. Grants are fixed: a verdict must be the same at
 * any time.
 */
import type { PeerIndex } from '@murmuration/protocol';

export type DocumentRole = 'editor' | 'contributor';

/** The role of an author in a document. Must be a pure function, the same on every node of the network. */
export interface DocumentGrants {
  roleOf(author: PeerIndex, document: string): DocumentRole;
}

/** The default: documents are shared by everyone who is admitted to the network. */
export const everybodyEdits: DocumentGrants = Object.freeze({ roleOf: (): DocumentRole => 'editor' });
