/** What the core asks of the world, done: sends to egress, timers to the loop, links to the dialer, facts to state and application. */
import { isMessageLog } from '@murmuration/protocol';
import type { DisconnectReason, Effects, MeshEvent, Message, Millis, NodeIndex, PeerIndex, Timer } from '@murmuration/protocol';
import type { Replica, StateChange } from '@murmuration/state';
import type { AddressBook } from './address-book.ts';
import type { Dialer } from './dialer.ts';
import type { Egress } from './egress.ts';
import type { EventHub } from './event-hub.ts';
import type { NodeEvent } from './events.ts';
import type { Links } from './links.ts';
import type { Loop } from './loop.ts';
import type { SideStore } from './side-store.ts';
import type { UpdateLog } from './storage/ports.ts';
import type { Topics } from './topics.ts';

/** What effects reach. */
export interface EffectsContext {
  readonly loop: Loop;
  readonly egress: Egress;
  readonly dialer: Dialer;
  readonly links: Links;
  readonly book: AddressBook;
  readonly replica: Replica;
  readonly sideStore: SideStore;
  readonly log: UpdateLog;
  readonly hub: EventHub;
  readonly topics: Topics;
}

export class NodeEffects implements Effects {
  readonly #context: EffectsContext;
  #isRestoring = true;

  constructor(context: EffectsContext) {
    this.#context = context;
  }

  /** True while the past is read back: what is learned meanwhile is on disk. */
  get isRestoring(): boolean {
    return this.#isRestoring;
  }

  /** From here on accepted batches are news: they go to disk and to the application. */
  endRestore(): void {
    this.#isRestoring = false;
  }

  send(_node: NodeIndex, to: PeerIndex, message: Message): void {
    this.#context.egress.send(to, message);
  }

  setTimer(_node: NodeIndex, afterMs: Millis, timer: Timer): void {
    this.#context.loop.schedule(afterMs, timer);
  }

  connect(_node: NodeIndex, peer: PeerIndex): void {
    this.#context.dialer.connect(peer);
  }

  disconnect(_node: NodeIndex, peer: PeerIndex, reason: DisconnectReason): void {
    if (reason === 'view-full') this.#context.links.part(peer);
    else this.#context.links.linkOf(peer)?.close();
  }

  emit(_node: NodeIndex, event: MeshEvent): void {
    if (event.type === 'batch-accepted') return this.#apply(event);
    if (event.type === 'converged') return this.#context.hub.emit(event);
    this.#context.hub.emit({ type: event.type, member: this.#context.book.idOf(event.peer) });
  }

  #apply({ batch: message }: MeshEvent & { type: 'batch-accepted' }): void {
    const { sideStore, replica, log, hub, topics } = this.#context;
    const stored = sideStore.get(message.handle);
    if (stored === undefined) return;
    if (isMessageLog(message.header.epoch)) return topics.receive(message, stored);
    const changes = replica.apply(message, stored.batch);
    if (this.#isRestoring) return;
    log.append({ type: 'batch', bytes: stored.bytes });
    for (const change of changes) hub.emit(this.#eventOf(change));
  }

  #eventOf(change: StateChange): NodeEvent {
    if (change.type === 'document-changed') return change;
    const { author, ...rest } = change;
    return { ...rest, author: this.#context.book.idOf(author) };
  }
}
