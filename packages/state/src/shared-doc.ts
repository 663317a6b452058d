/**
 * The Yjs document under a shared document. Three roots are declared and opened at creation, `map` (Y.Map), `list`
 * (Y.Array) and `text` (Y.Text); no other is admissible (A9, Y19). Deleted structs are kept (`gc: false`): whether an
 * update is admitted may depend on where its references stand, and must not depend on whether a delete arrived before
 * it.
 */
import * as Y from 'yjs';

/** A Yjs document, as `editDocument` hands it to its caller. */
export type SharedDoc = Y.Doc;
/** Any type that a document may hold. */
export type SharedType = NonNullable<ReturnType<SharedDoc['share']['get']>>;

/** The declared roots. */
export const rootNames: readonly string[] = Object.freeze(['list', 'map', 'text']);

/** An empty document with its roots open. */
export function openDoc(name: string, client: number): SharedDoc {
  const doc = new Y.Doc({ guid: name, gc: false });
  doc.clientID = client;
  doc.getArray('list');
  doc.getMap('map');
  doc.getText('text');
  return doc;
}

/** The root of a name, or undefined where none is declared. */
export function rootOf(doc: SharedDoc, name: string): SharedType | undefined {
  return rootNames.includes(name) ? doc.share.get(name) : undefined;
}
