/** The shared documents of a replica by name. */
import { documentNameBytesMax, encodeText, MeshError } from '@murmuration/protocol';
import { documentsPerLogMax } from './admission-limits.ts';
import type { InadmissibleReason } from './admission.ts';
import { compareTexts } from './byte-order.ts';
import { SharedDocument } from './document.ts';
import type { StateErrorDetails } from './errors.ts';
import type { DocumentGrants } from './grants.ts';
import type { LogIdentity } from './log-identity.ts';
import type { SharedDoc } from './shared-doc.ts';

/** Documents come into being with the first update that names them, and are listed once one of theirs is admitted. */
export class Documents {
  readonly #grants: DocumentGrants;
  readonly #documents = new Map<string, SharedDocument>();
  /** Names in each log, and names that local edits have added to their log ahead of it. */
  readonly #names = new Map<LogIdentity, Set<string>>();
  readonly #editedNames = new Map<LogIdentity, Set<string>>();
  #overQuota = 0;

  constructor(grants: DocumentGrants) {
    this.#grants = grants;
  }

  find(name: string): SharedDocument | undefined {
    const document = this.#documents.get(name);
    return document?.isWritten === true ? document : undefined;
  }

  /** Documents with content, by name in the order of code units. */
  inOrder(): SharedDocument[] {
    const written = [...this.#documents.values()].filter(({ isWritten }) => isWritten);
    return written.toSorted((a, b) => compareTexts(a.name, b.name));
  }

  /** Takes the next document update of a log; true if the document may have changed. Keeps the bytes. */
  receive(identity: LogIdentity, name: string, update: Uint8Array): boolean {
    const names = namesIn(this.#names, identity);
    if (!names.has(name) && names.size >= documentsPerLogMax) {
      this.#overQuota++;
      return false;
    }
    names.add(name);
    return this.#open(name).receive(identity, update);
  }

  /** Runs a local edit; its update, or undefined where nothing changed. Throws `inadmissible-edit`. */
  edit(identity: LogIdentity, name: string, change: (doc: SharedDoc) => void): Uint8Array | undefined {
    const isNamed = name !== '' && encodeText(name).length <= documentNameBytesMax;
    if (!isNamed) throw refusal(name, 'invalid-name');
    const edited = namesIn(this.#editedNames, identity);
    const all = namesIn(this.#names, identity).union(edited).add(name);
    if (all.size > documentsPerLogMax) throw refusal(name, 'over-quota');
    const update = this.#open(name).edit(identity, change);
    if (update !== undefined) edited.add(name);
    return update;
  }

  /** Builds the documents again that a log has written to: it has lost its client id. */
  shadow(identity: LogIdentity): void {
    const names = namesIn(this.#names, identity).union(namesIn(this.#editedNames, identity));
    for (const name of names) this.#open(name).rebuild();
  }

  /** Updates left out for ever, by reason. */
  inadmissible(): Map<InadmissibleReason, number> {
    const total = new Map<InadmissibleReason, number>();
    const add = (reason: InadmissibleReason, count: number): void => {
      if (count > 0) total.set(reason, (total.get(reason) ?? 0) + count);
    };
    add('over-quota', this.#overQuota);
    for (const document of this.#documents.values()) {
      for (const [reason, count] of document.inadmissible) add(reason, count);
    }
    return total;
  }

  /** Updates that wait. */
  pending(): number {
    let pending = 0;
    for (const document of this.#documents.values()) pending += document.pending;
    return pending;
  }

  #open(name: string): SharedDocument {
    const known = this.#documents.get(name);
    if (known !== undefined) return known;
    const document = new SharedDocument(name, this.#grants);
    this.#documents.set(name, document);
    return document;
  }
}

function namesIn(table: Map<LogIdentity, Set<string>>, identity: LogIdentity): Set<string> {
  const known = table.get(identity);
  if (known !== undefined) return known;
  const names = new Set<string>();
  table.set(identity, names);
  return names;
}

function refusal(document: string, reason: InadmissibleReason): MeshError<StateErrorDetails> {
  const message = `The edit of document ${JSON.stringify(document)} is refused: ${reason}.`;
  return new MeshError<StateErrorDetails>('inadmissible-edit', message, { document, reason });
}
