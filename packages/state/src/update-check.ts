/**
 * Admission: whether a document update may go into Yjs, decided before Yjs sees it (RELIABILITY.md, section 3). The
 * verdict follows from the log's own earlier updates and from the structs that the update refers to, and from nothing
 * else. Final faults come first, then what is missing, then what needs the structs referred to; so all nodes decide
 * alike, whatever arrived when.
 */
import * as Y from 'yjs';
import { inadmissible, type Admission, type ClientClock, type InadmissibleReason } from './admission.ts';
import type { DocumentLog } from './document-log.ts';
import type { DocumentRole } from './grants.ts';
import { Neighbors } from './neighbors.ts';
import { Placement } from './placement.ts';
import type { SharedDoc } from './shared-doc.ts';
import { openUpdate, referencesOf, type OpenedUpdate } from './struct-check.ts';

/** The document as the check sees it. */
export interface CheckedDocument {
  readonly doc: SharedDoc;
  /** The log that writes as a client, if it has written to the document. */
  logOf(client: number): DocumentLog | undefined;
}

/** The verdict on the next update of a log. Changes nothing. */
export function checkUpdate(
  update: Uint8Array, log: DocumentLog, document: CheckedDocument, role: DocumentRole,
): Admission {
  const opened = openUpdate(update, log);
  if (typeof opened === 'string') return inadmissible(opened);
  const missing = missingOf(opened, log, document);
  if (missing.length > 0) return { type: 'waiting', missing };
  const learned = learnedOf(opened, log, document);
  const fault = grantFault(opened, log, document, role) ?? placeFault(opened, log, document, role, learned);
  if (fault !== undefined) return inadmissible(fault);
  return { type: 'admissible', nextClock: opened.nextClock, structs: opened.structs.length, learned };
}

/**
 * Foreign structs that the update builds on or deletes and that the document does not have (A7, A8): the last per
 * client.
 */
function missingOf({ structs, deletes }: OpenedUpdate, log: DocumentLog, { doc }: CheckedDocument): ClientClock[] {
  const missing = new Map<number, number>();
  const need = (client: number, clock: number): void => {
    if (client === log.identity.client || clock < Y.getState(doc.store, client)) return;
    missing.set(client, Math.max(clock, missing.get(client) ?? 0));
  };
  for (const struct of structs) {
    if (struct instanceof Y.Item) for (const { client, clock } of referencesOf(struct)) need(client, clock);
  }
  for (const [client, ranges] of deletes) for (const { clock, len } of ranges) need(client, clock + len - 1);
  return [...missing].map(([client, clock]) => ({ client, clock }));
}

/** What the author must have known and was not known to know: the structs referred to, and what their authors knew. */
function learnedOf({ structs }: OpenedUpdate, log: DocumentLog, document: CheckedDocument): Map<number, number> {
  const learned = new Map<number, number>();
  const hear = (client: number, known: number): void => {
    if (client === log.identity.client || known <= log.past.clockOf(client)) return;
    learned.set(client, Math.max(known, learned.get(client) ?? 0));
  };
  for (const struct of structs) {
    if (!(struct instanceof Y.Item)) continue;
    for (const { client, clock } of referencesOf(struct)) {
      if (client === log.identity.client || clock < knownOf(log, learned, client)) continue;
      hear(client, clock + 1);
      document.logOf(client)?.past.tell(clock, hear);
    }
  }
  return learned;
}

function knownOf(log: DocumentLog, learned: ReadonlyMap<number, number>, client: number): number {
  return learned.get(client) ?? log.past.clockOf(client);
}

/** A contributor deletes what its author wrote, in this epoch or another. */
function grantFault(
  { deletes }: OpenedUpdate, log: DocumentLog, document: CheckedDocument, role: DocumentRole,
): InadmissibleReason | undefined {
  if (role === 'editor') return undefined;
  const { client: own, author } = log.identity;
  const isGranted = (client: number): boolean => client === own || document.logOf(client)?.identity.author === author;
  return [...deletes.keys()].every(isGranted) ? undefined : 'not-granted';
}

/** Every item has a place of its kind, between items that its author saw side by side. */
function placeFault(
  { structs }: OpenedUpdate, log: DocumentLog, { doc }: CheckedDocument, role: DocumentRole,
  learned: ReadonlyMap<number, number>,
): InadmissibleReason | undefined {
  const { client } = log.identity;
  const placement = new Placement(doc, client, role, structs);
  const neighbors = new Neighbors(doc, client, log.nextClock, (other) =>
    other === client ? log.nextClock : knownOf(log, learned, other));
  for (const struct of structs) {
    if (!(struct instanceof Y.Item)) continue;
    const place = placement.place(struct);
    if (typeof place === 'string') return place;
    const fault = place.key === null ? neighbors.insert(struct, place.type) : undefined;
    if (fault !== undefined) return fault;
  }
  return undefined;
}
