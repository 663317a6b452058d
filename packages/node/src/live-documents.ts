/**
 * Live documents between the application and the writer. What is changed in one is sealed like any write; a change that
 * the writer refuses is taken back, since nobody else will ever hear of it: the live document ends, and the application
 * is told.
 */
import type { Epoch, Update } from '@murmuration/protocol';
import type { DocumentListener, EditRefusal, LocalEdit, Replica, SharedDoc } from '@murmuration/state';
import { NodeError } from './errors.ts';
import { surface, type EventHub } from './event-hub.ts';
import type { DocumentRefusedCode } from './events.ts';
import { selfPeer } from './loop.ts';
import type { WriteReceipt } from './views.ts';
import type { Writer } from './writer.ts';

/** What live documents work with. */
export interface LiveDocumentsContext {
  readonly replica: Replica;
  readonly writer: Writer<Update>;
  readonly hub: EventHub;
  readonly epoch: Epoch;
}

export class LiveDocuments implements DocumentListener {
  readonly #context: LiveDocumentsContext;

  constructor(context: LiveDocumentsContext) {
    this.#context = context;
  }

  open(name: string): SharedDoc {
    const { replica, writer, epoch } = this.#context;
    writer.assertWritable();
    return replica.openDocument(name, selfPeer, epoch);
  }

  async edit(name: string, change: (document: SharedDoc) => void): Promise<WriteReceipt> {
    const { replica, writer, epoch } = this.#context;
    writer.assertWritable();
    const update = replica.editDocument(name, selfPeer, epoch, change);
    if (update === undefined) return writer.write([]);
    const { promise, resolve, reject } = Promise.withResolvers<WriteReceipt>();
    this.#seal({ author: selfPeer, epoch, document: name, update }, resolve, reject);
    return promise;
  }

  documentEdited(edit: LocalEdit): void {
    const nobodyWaits = (): void => undefined;
    this.#seal(edit, nobodyWaits, nobodyWaits);
  }

  documentRefused(document: string, error: Error): void {
    this.#context.hub.emit({ type: 'document-refused', document, code: codeOf(error), reason: error.message });
  }

  listenerFailed(error: unknown): void {
    surface(error);
  }

  /** Ends every live document; what was changed in them before is still written. */
  close(): void {
    this.#context.replica.closeDocuments();
  }

  #seal(edit: LocalEdit, resolve: (receipt: WriteReceipt) => void, reject: (error: Error) => void): void {
    const { document, update } = edit;
    this.#context.writer.submit([{ type: 'document-update', document, update }], resolve, (error) => {
      // At once, before anybody edits on: what follows a lost change is lost with it.
      this.#context.replica.withdrawEdit(edit, error);
      reject(error);
    });
  }
}

function codeOf(error: Error): DocumentRefusedCode {
  return error instanceof NodeError ? error.code : (error as EditRefusal).details.reason;
}
