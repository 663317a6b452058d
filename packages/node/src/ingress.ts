/**
 * What arrives from greeted neighbors, checked in order of cost: size and form, duplicate and ban (`mesh.admit`), signature, hash
 * chain and content, and only then the core. Work is done in slices of 5 ms, so that timers and other sockets have their turn.
 */
import type { Mesh, Network } from '@murmuration/mesh';
import {
  decodeFrame,
  noPeer,
  startOf,
  type DirectMessage,
  type Epoch,
  type PeerIndex,
  type ReceivedBatch,
  type ReceivedMessage,
  type SignatureScheme,
  type Verdict,
  type WireNames,
} from '@murmuration/protocol';
import type { AddressBook } from './address-book.ts';
import type { Counters } from './counters.ts';
import type { Links } from './links.ts';
import type { Logs } from './logs.ts';
import { self, selfPeer, type Loop } from './loop.ts';
import { copyOf, type SideStore } from './side-store.ts';

/** What ingress works with. */
export interface IngressContext {
  readonly mesh: Mesh;
  readonly loop: Loop;
  readonly names: WireNames;
  readonly book: Pick<AddressBook, 'beginFrame' | 'hasRefused'>;
  readonly network: Network;
  readonly scheme: SignatureScheme;
  readonly logs: Logs;
  readonly sideStore: SideStore;
  readonly counters: Counters;
  readonly epoch: Epoch;
  readonly onOwnLogAhead: (epoch: Epoch) => void;
  readonly links: Pick<Links, 'isInOverlay' | 'linkOf' | 'opensTo'>;
  readonly onDirect: (from: PeerIndex, message: DirectMessage) => void;
}

interface Waiting {
  readonly from: PeerIndex;
  readonly frame: Uint8Array;
}

/** A frame that is being read, and how far. */
interface Open {
  readonly from: PeerIndex;
  readonly messages: readonly ReceivedMessage[];
  next: number;
}

/** D12: heavy work in slices. */
const sliceMs = 5;
/** Frames that wait for their slice. One second of 30 MB/s; beyond it frames are dropped, counted, and repaired by rounds. */
const waitingBytesMax = 32 * 1024 * 1024;
/** One neighbor's part of it: several of the largest frames, and a flood takes nobody else's place. */
const waitingBytesPerPeerMax = 4 * 1024 * 1024;
/** What a frame costs beside its bytes: without it a flood of frames of one byte would be free. */
const frameCostBytes = 256;

export class Ingress {
  readonly #context: IngressContext;
  readonly #waiting: Waiting[] = [];
  readonly #waitingBytesOf = new Map<PeerIndex, number>();
  #waitingBytes = 0;
  #open: Open | undefined;
  /** Until when frames are read in this turn; 0 where none has come. */
  #sliceEndMs = 0;

  constructor(context: IngressContext) {
    this.#context = context;
  }

  /** Takes a frame. The bytes are the transport's; they are kept until their slice. */
  onFrame(from: PeerIndex, frame: Uint8Array): void {
    if (this.#context.loop.isStopped) return;
    if (!this.#hasRoom(from, costOf(frame))) return this.#context.counters.add('dropped.ingress-full');
    this.#waiting.push({ from, frame });
    this.#account(from, costOf(frame));
    if (this.#sliceEndMs === 0) this.#openSlice();
    else this.#readOn();
  }

  #hasRoom(from: PeerIndex, bytes: number): boolean {
    const theirs = this.#waitingBytesOf.get(from) ?? 0;
    return theirs + bytes <= waitingBytesPerPeerMax && this.#waitingBytes + bytes <= waitingBytesMax;
  }

  /** Bytes come (positive) and go (negative); a peer of whom nothing waits has no entry. */
  #account(from: PeerIndex, bytes: number): void {
    const theirs = (this.#waitingBytesOf.get(from) ?? 0) + bytes;
    if (theirs === 0) this.#waitingBytesOf.delete(from);
    else this.#waitingBytesOf.set(from, theirs);
    this.#waitingBytes += bytes;
  }

  /** A slice is shared by all frames of one turn of the event loop, however many calls bring them. */
  #openSlice(): void {
    const { loop } = this.#context;
    this.#sliceEndMs = loop.now() + sliceMs;
    loop.soon(() => {
      this.#sliceEndMs = 0;
      if (this.#open !== undefined || this.#waiting.length > 0) this.#openSlice();
    });
    this.#readOn();
  }

  /** Reads what waits until the slice ends, message by message. What we threw at is not read twice. */
  #readOn(): void {
    const { loop } = this.#context;
    let taken = 0;
    try {
      while (loop.now() < this.#sliceEndMs) {
        if (this.#open !== undefined) {
          this.#readNext(this.#open);
        } else if (taken < this.#waiting.length) {
          const { from, frame } = this.#waiting[taken++] as Waiting;
          this.#account(from, -costOf(frame));
          this.#decode(from, frame);
        } else {
          return;
        }
      }
    } finally {
      this.#waiting.splice(0, taken);
    }
  }

  #readNext(open: Open): void {
    const message = open.messages[open.next++];
    if (open.next >= open.messages.length) this.#open = undefined;
    if (message !== undefined && !this.#handle(open.from, message)) this.#open = undefined;
  }

  #decode(from: PeerIndex, frame: Uint8Array): void {
    const { book, loop, names, mesh } = this.#context;
    // A peer that was banned by an earlier frame still has frames waiting here.
    if (mesh.isBanned(self, from, loop.now())) return this.#context.counters.add('ignored.sender-banned');
    book.beginFrame();
    const decoded = decodeFrame(frame, names);
    // Whoever hands on a claim has checked its certificate: each costs a signature, and a false one is the sender's fault.
    if (book.hasRefused) {
      return loop.submit({ type: 'frame-refused', from, offence: 'foreign-certificate' });
    }
    if (decoded.type !== 'messages') return loop.submit({ type: 'frame-refused', from, offence: 'malformed-frame' });
    this.#open = { from, messages: decoded.messages, next: 0 };
  }

  /** False where the sender has disqualified itself and the rest of the frame is left out. */
  #handle(from: PeerIndex, message: ReceivedMessage): boolean {
    if (message.type === 'received-batch') return this.#handleBatch(from, message);
    if (message.type === 'direct') return this.#handleDirect(from, message);
    if (message.type !== 'claims' && !this.#context.links.opensTo(from, message)) return this.#leaveOutLate();
    this.#context.loop.submit({ type: 'message', from, message });
    return true;
  }

  /**
   * A frame can wait longer than its link lasts, or stays in the overlay. What its sender knew still counts, and its last word may be
   * that it leaves; the rest speaks to a link that is gone: taken in, it would make a neighbor whom nothing reaches.
   */
  #leaveOutLate(): boolean {
    this.#context.counters.add('dropped.late-message');
    return true;
  }

  #handleDirect(from: PeerIndex, message: DirectMessage): boolean {
    if (this.#context.links.linkOf(from) === undefined) return this.#leaveOutLate();
    this.#context.onDirect(from, message);
    return true;
  }

  #handleBatch(from: PeerIndex, received: ReceivedBatch): boolean {
    // A visit is for direct messages; batches come along the overlay.
    if (!this.#context.links.isInOverlay(from)) return this.#leaveOutLate();
    const { batch: { envelope }, place } = received;
    const author = this.#context.names.find(envelope.author);
    if (!this.#isOurNetwork(envelope.networkId)) return this.#judge(from, { type: 'reject', offence: 'malformed-batch' });
    // The claims that introduce the author may still be on their way; rounds bring the batch again.
    if (author === noPeer) return this.#judge(from, { type: 'ignore', reason: 'unknown-author' });
    const range = { author, epoch: envelope.epoch, firstSequence: envelope.firstSequence, count: envelope.count, place };
    if (this.#context.loop.admit(from, range).type !== 'accept') return true;
    const { publicKey, signed, signature } = { ...received.batch, publicKey: envelope.author };
    if (!this.#context.scheme.verify({ publicKey, message: signed, signature })) {
      return this.#judge(from, { type: 'reject', offence: 'invalid-signature' });
    }
    if (author === selfPeer && startOf(envelope.epoch) >= this.#context.epoch) return this.#refuseOwn(from, startOf(envelope.epoch));
    return this.#take(from, author, received);
  }

  #take(from: PeerIndex, author: PeerIndex, { bytes, hops, place }: ReceivedBatch): boolean {
    const { loop, scheme, sideStore, logs } = this.#context;
    const stored = copyOf(bytes, scheme);
    const verdict = logs.examine(author, stored.batch, place);
    if (verdict.type !== 'accept') return this.#judge(from, verdict);
    const message = sideStore.keep(author, stored, { hops, place });
    loop.submit({ type: 'message', from, message });
    // The core may have no room for one more log; then nobody holds the batch.
    if (logs.batchOf(self, message.handle) === undefined) sideStore.release(message.handle);
    return true;
  }

  /** Someone signs with our key in our own epoch. It is no neighbor's fault, and no log of ours goes on from here. */
  #refuseOwn(from: PeerIndex, epoch: Epoch): boolean {
    this.#context.onOwnLogAhead(epoch);
    return this.#judge(from, { type: 'ignore', reason: 'own-log-ahead' });
  }

  #judge(from: PeerIndex, verdict: Verdict): boolean {
    if (verdict.type === 'ignore') this.#context.counters.add(`ignored.${verdict.reason}`);
    if (verdict.type === 'reject') this.#context.loop.submit({ type: 'frame-refused', from, offence: verdict.offence });
    return verdict.type !== 'reject';
  }

  #isOurNetwork(networkId: Uint8Array): boolean {
    return this.#context.network.id.every((byte, i) => byte === networkId[i]);
  }
}

function costOf(frame: Uint8Array): number {
  return frame.length + frameCostBytes;
}
