/**
 * What crosses between the mesh and a gossipsub network, and by whose hand: outward what no gossipsub peer said, inward what the
 * validator accepted. The first bridge in order acts at once, the others in their turn. Over there a crossing is seen by its content
 * under another bridge's signature, in the mesh by its origin. Who sees it cross over there forwards it as any gossipsub peer does, so
 * that also those hear it who are connected to one bridge only.
 */
import { MeshError } from '@murmuration/protocol';
import type { BridgePort } from './bridge-port.ts';
import type { BridgeRoster } from './bridge-roster.ts';
import type { TopicMessage } from './events.ts';
import { Turns } from './turns.ts';

/** A gossipsub message, as far as it concerns us. The bytes are borrowed. */
export interface ForeignWord {
  readonly topic: string;
  readonly bytes: Uint8Array;
  /** Its id over there, which is its origin here. */
  readonly id: Uint8Array;
}

/** The gossipsub side. */
export interface ForeignSide {
  /** Rejects with a code where it takes no more. */
  publish(topic: string, bytes: Uint8Array, options: { readonly origin: Uint8Array }): Promise<unknown>;
  /** Is this the form of an id over there? */
  isMessageId(origin: Uint8Array): boolean;
}

/** Since the start. */
export interface FlowCounts {
  /** Foreign messages that we said in the mesh. */
  readonly bridgedIn: number;
  /** Messages held back, both ways, until another bridge had carried them. */
  readonly leftToOthers: number;
  /** What could not cross, by code of the error. */
  readonly failed: Readonly<Record<string, number>>;
}

/**
 * How long the next bridge waits. Over there a message that is not forwarded at once is announced at the next heartbeat, of a second;
 * in a mesh of 100 nodes it is everywhere within a seventh of that (bench `convergence`).
 */
const turnMs = 1_500;
/** Bytes on their way into the mesh: a second of what the bridge admits. More only where the node cannot write. */
const enteringBytesMax = 4 * 1024 * 1024;

export class BridgeFlow {
  readonly #port: BridgePort;
  readonly #roster: BridgeRoster;
  readonly #inward: Turns;
  readonly #outward: Turns;
  readonly #underWay = new Set<Promise<void>>();
  readonly #failed = new Map<string, number>();
  #untap: () => void = () => undefined;
  #enteringBytes = 0;
  #isClosed = false;
  #bridgedIn = 0;
  #leftToOthers = 0;
  /** Until the others have heard that we are a bridge we are not the first: they would take our words for a stranger's. */
  #isNewUntilMs = Infinity;

  constructor(port: BridgePort, roster: BridgeRoster) {
    this.#port = port;
    this.#roster = roster;
    this.#inward = new Turns(port);
    this.#outward = new Turns(port);
  }

  /** Begins to carry what the mesh says on the topics. */
  open(topics: ReadonlySet<string>, foreign: ForeignSide): void {
    this.#isNewUntilMs = this.#port.now() + turnMs;
    this.#untap = this.#port.tap(topics, (message) => this.#hear(message, foreign));
  }

  /** A foreign message was accepted. */
  bringIn({ topic, bytes, id }: ForeignWord): void {
    if (this.#isClosed) return;
    const enter = (): void => this.#track(this.#say(topic, bytes, id));
    const rank = this.#rankIn(topic);
    if (rank === 0) enter();
    else this.#inward.hold(nameOf(id), bytes.length, rank * turnMs, enter);
  }

  /** Another bridge has published this. */
  echo({ topic, bytes }: ForeignWord): void {
    if (this.#isClosed) return;
    const key = this.#contentKey(topic, bytes);
    if (this.#outward.settle(key)) this.#leftToOthers++;
    else this.#outward.expect(key);
  }

  counts(): FlowCounts {
    return { bridgedIn: this.#bridgedIn, leftToOthers: this.#leftToOthers, failed: Object.fromEntries(this.#failed) };
  }

  /** Carries nothing more; resolves when what is under way has crossed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#untap();
    this.#inward.close();
    this.#outward.close();
    await Promise.all(this.#underWay);
  }

  /** The mesh said something. What came from over there is remembered there, and not sent back. */
  #hear({ topic, payload, origin }: TopicMessage, foreign: ForeignSide): void {
    const publish = (): void => this.#track(foreign.publish(topic, payload, { origin }));
    if (foreign.isMessageId(origin)) {
      if (this.#inward.settle(nameOf(origin))) this.#leftToOthers++;
      return publish();
    }
    const rank = this.#rankIn(topic);
    if (rank === 0) return publish();
    if (!this.#outward.hold(this.#contentKey(topic, payload), payload.length, rank * turnMs, publish)) this.#leftToOthers++;
  }

  #rankIn(topic: string): number {
    const rank = this.#roster.rankIn(topic);
    return rank === 0 && this.#port.now() < this.#isNewUntilMs && this.#roster.hasOthers ? 1 : rank;
  }

  async #say(topic: string, payload: Uint8Array, origin: Uint8Array): Promise<void> {
    if (this.#enteringBytes + payload.length > enteringBytesMax) return this.#countFailure('mesh-busy');
    this.#enteringBytes += payload.length;
    try {
      await this.#port.say({ topic, payload, origin });
      this.#bridgedIn++;
    } finally {
      this.#enteringBytes -= payload.length;
    }
  }

  /** What fails is the world's, and counted: a full buffer, a full state, the end of the node. Errors of libp2p have no code of ours. */
  #track(work: Promise<unknown>): void {
    const done = work.then(
      () => undefined,
      (error: unknown) => this.#countFailure(error instanceof MeshError ? String(error.code) : 'publish-failed'),
    );
    this.#underWay.add(done);
    void done.finally(() => this.#underWay.delete(done));
  }

  #countFailure(code: string): void {
    this.#failed.set(code, (this.#failed.get(code) ?? 0) + 1);
  }

  #contentKey(topic: string, bytes: Uint8Array): string {
    return `${topic} ${nameOf(this.#port.hash(bytes))}`;
  }
}

function nameOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
