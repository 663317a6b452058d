/**
 * Test tool: a replica with a peer table of its own. Stations number the same authors differently, as real nodes do.
 */
import { MeshError, type PeerIndex, type Verdict } from '@murmuration/protocol';
import type { DocumentListener, LocalEdit } from './live-copies.ts';
import type { RefusalReason, StateErrorDetails } from './errors.ts';
import type { StateOptionsInput } from './options.ts';
import { Replica, type StateChange } from './replica.ts';
import type { SharedDoc } from './shared-doc.ts';
import { headerOf, keyOf, type Hash, type Pen, type Sealed } from './pen.test.support.ts';

/** Nobody listens: nothing is edited live. */
export const unheard: DocumentListener = Object.freeze({
  documentEdited: () => undefined, documentRefused: () => undefined, listenerFailed: () => undefined,
});

/** The reason of a refused edit, or undefined for any other error. */
export function reasonOfError(error: unknown): RefusalReason | undefined {
  const isRefusal = error instanceof MeshError && error.code === 'inadmissible-edit';
  return isRefusal ? (error as MeshError<StateErrorDetails>).details.reason : undefined;
}

/** One node of a test. Author `a` is peer `a * stride + shift` here. */
export class Station {
  readonly replica: Replica;
  /** Changes of live documents that wait to be sealed. */
  readonly edits: LocalEdit[] = [];
  /** Why live documents ended, in order. */
  readonly refusals: (RefusalReason | string)[] = [];
  /** What listeners of live documents threw. */
  readonly failures: unknown[] = [];
  readonly #shift: number;

  constructor(hash: Hash, { shift = 0, options = {} }: { shift?: number; options?: StateOptionsInput } = {}) {
    this.#shift = shift;
    const listener: DocumentListener = {
      documentEdited: (edit) => void this.edits.push(edit),
      documentRefused: (_, error) => void this.refusals.push(reasonOfError(error) ?? error.message),
      listenerFailed: (error) => void this.failures.push(error),
    };
    this.replica = new Replica({ hash, publicKeyOf: (peer) => keyOf(this.#authorOf(peer)), options, listener });
  }

  /** The peer index of an author at this station; shifted tables also turn the order around. */
  peerOf(author: number): PeerIndex {
    return (this.#shift === 0 ? author : 1_000 + this.#shift - author) as PeerIndex;
  }

  examine(sealed: Sealed): Verdict {
    return this.replica.examine(this.peerOf(sealed.author), sealed.batch);
  }

  /** Applies a batch as the shell would. */
  take(sealed: Sealed): readonly StateChange[] {
    const header = headerOf(sealed, this.peerOf(sealed.author));
    return this.replica.apply({ type: 'batch', header, handle: sealed.handle, hops: 0, place: 'next' }, sealed.batch);
  }

  /** Edits a document as the author of a pen and takes the batch back; undefined where nothing changed. */
  edit(pen: Pen, document: string, change: (doc: SharedDoc) => void): Sealed | undefined {
    const update = this.replica.editDocument(document, this.peerOf(pen.author), pen.epoch, change);
    if (update === undefined) return undefined;
    const sealed = pen.write(document, update);
    this.take(sealed);
    return sealed;
  }

  /** The live document of a pen's log. */
  open(pen: Pen, document: string): SharedDoc {
    return this.replica.openDocument(document, this.peerOf(pen.author), pen.epoch);
  }

  /** Seals what was changed in the live documents of a pen's log, in one batch, and takes it back. */
  sealEdits(pen: Pen): Sealed[] {
    const edits = this.edits.splice(0);
    if (edits.length === 0) return [];
    const sealed = pen.seal(edits.map(({ document, update }) => ({ type: 'document-update', document, update })));
    this.take(sealed);
    return [sealed];
  }

  /** The canonical hash as hex: equal texts mean equal replicas. */
  get hash(): string {
    return Array.from(this.replica.stateHash(), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  #authorOf(peer: PeerIndex): number {
    return this.#shift === 0 ? peer : 1_000 + this.#shift - peer;
  }
}

/** Every way to merge logs keeps each log's own order; `picks` chooses the log that goes next. */
export function interleave(logs: readonly (readonly Sealed[])[], picks: readonly number[]): Sealed[] {
  const rest = logs.map((log) => [...log]).filter((log) => log.length > 0);
  const order: Sealed[] = [];
  for (let step = 0; rest.length > 0; step++) {
    const at = (picks[step % Math.max(1, picks.length)] ?? 0) % rest.length;
    const log = rest[at] as Sealed[];
    order.push(log.shift() as Sealed);
    if (log.length === 0) rest.splice(at, 1);
  }
  return order;
}
