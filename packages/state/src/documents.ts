/** The shared documents of a replica by name. */
import { documentNameBytesMax, encodeText } from '@murmuration/protocol';
import { documentsPerLogMax } from './admission-limits.ts';
import type { InadmissibleReason } from './admission.ts';
import { compareTexts } from './byte-order.ts';
import { SharedDocument } from './document.ts';
import { refusalOf } from './errors.ts';
import type { DocumentGrants } from './grants.ts';
import type { DocumentListener } from './live-copies.ts';
import type { LogIdentity } from './log-identity.ts';
import type { SharedDoc } from './shared-doc.ts';

/** Documents come into being with the first update that names them, and are listed once one of theirs is admitted. */
export class Documents {
  readonly #grants: DocumentGrants;
  readonly #documents = new Map<string, SharedDocument>();
  /** Names in each log, and names that local edits have added to their log ahead of it. */
  readonly #names = new Map<LogIdentity, Set<string>>();
  readonly #editedNames = new Map<LogIdentity, Set<string>>();
  /** Documents whose live documents are to be brought up to date. */
  readonly #unsettled = new Set<SharedDocument>();
  readonly #listener: DocumentListener;
  #overQuota = 0;

  constructor(grants: DocumentGrants, listener: DocumentListener) {
    this.#grants = grants;
    this.#listener = listener;
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
    const document = this.#open(name);
    this.#unsettled.add(document);
    return document.receive(identity, update);
  }

  /** The live document of a log. Throws `inadmissible-edit`. */
  open(identity: LogIdentity, name: string): SharedDoc {
    return this.#writable(identity, name).lives.open(identity);
  }

  /** Runs a local edit; its update, or undefined where nothing changed. Throws `inadmissible-edit`. */
  edit(identity: LogIdentity, name: string, change: (doc: SharedDoc) => void): Uint8Array | undefined {
    const update = this.#writable(identity, name).lives.edit(identity, change);
    if (update !== undefined) this.noteEdit(identity, name);
    return update;
  }

  /** The log is going to write to the document. */
  noteEdit(identity: LogIdentity, name: string): void {
    namesIn(this.#editedNames, identity).add(name);
  }

  /** Takes back an edit that will not be sealed, and all after it; false if its batch has come back already. */
  withdraw(identity: LogIdentity, { name, update }: { name: string; update: Uint8Array }, error: Error): boolean {
    const document = this.#documents.get(name);
    if (document?.withdraw(identity, update, error) !== true) return false;
    document.lives.settle();
    return true;
  }

  /** Builds the documents again that a log has written to: it has lost its client id. */
  shadow(identity: LogIdentity): void {
    const names = namesIn(this.#names, identity).union(namesIn(this.#editedNames, identity));
    for (const name of names) {
      const document = this.#open(name);
      document.rebuild();
      this.#unsettled.add(document);
    }
  }

  /** Brings live documents up to date with what was received. */
  settle(): void {
    const documents = [...this.#unsettled];
    this.#unsettled.clear();
    for (const document of documents) document.lives.settle();
  }

  /** Ends all live documents. */
  close(): void {
    for (const document of this.#documents.values()) document.lives.close();
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

  /** A document that the log may write to: it names so many at most, those included that it has open. */
  #writable(identity: LogIdentity, name: string): SharedDocument {
    const isNamed = name !== '' && name.isWellFormed() && encodeText(name).length <= documentNameBytesMax;
    if (!isNamed) throw refusalOf(name, 'invalid-name');
    const [sealed, edited] = [namesIn(this.#names, identity), namesIn(this.#editedNames, identity)];
    if (sealed.has(name) || edited.has(name)) return this.#open(name);
    const all = sealed.union(edited).add(name);
    for (const document of this.#documents.values()) {
      if (document.lives.has(identity)) all.add(document.name);
      // Opened once, never written, and left again: nothing is lost with it.
      else if (document.isIdle) this.#documents.delete(document.name);
    }
    if (all.size > documentsPerLogMax) throw refusalOf(name, 'over-quota');
    return this.#open(name);
  }

  #open(name: string): SharedDocument {
    const known = this.#documents.get(name);
    if (known !== undefined) return known;
    const document = new SharedDocument(name, this.#grants, this.#listener);
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
