/** A started transport under observation: it records what its handler hears, and waits for it. */
import { strict as assert } from 'node:assert';
import type { PeerId } from '@murmuration/protocol';
import type { Link, LinkCloseCause, RefusalReason, Transport, TransportHandler } from '../transport.ts';
import type { ConformanceWorld, Identity, Limits } from './world.ts';

/** One call of the handler. */
export type Heard =
  | { readonly type: 'up'; readonly link: Link }
  | { readonly type: 'frame'; readonly link: Link; readonly frame: Uint8Array }
  | { readonly type: 'down'; readonly link: Link; readonly cause: LinkCloseCause }
  | { readonly type: 'refused'; readonly reason: RefusalReason; readonly detail: string };

/** A transport and what it told. */
export class Specimen implements TransportHandler {
  readonly identity: Identity;
  readonly transport: Transport;
  readonly heard: Heard[] = [];
  readonly #patienceMs: number;
  readonly #waiting = new Set<() => void>();

  constructor(world: ConformanceWorld, identity: Identity, limits: Limits, listen?: readonly string[]) {
    this.identity = identity;
    this.transport = world.transport(identity, limits, listen);
    this.#patienceMs = world.patienceMs;
  }

  get peer(): PeerId {
    return this.identity.peer;
  }

  onLinkUp(link: Link): void {
    this.#note({ type: 'up', link });
  }

  onFrame(link: Link, frame: Uint8Array): void {
    this.#note({ type: 'frame', link, frame: frame.slice() });
  }

  onLinkDown(link: Link, cause: LinkCloseCause): void {
    this.#note({ type: 'down', link, cause });
  }

  onRefused(reason: RefusalReason, detail: string): void {
    this.#note({ type: 'refused', reason, detail });
  }

  get ups(): readonly Link[] {
    return this.heard.flatMap((heard) => (heard.type === 'up' ? [heard.link] : []));
  }

  get frames(): readonly Uint8Array[] {
    return this.heard.flatMap((heard) => (heard.type === 'frame' ? [heard.frame] : []));
  }

  get causes(): readonly LinkCloseCause[] {
    return this.heard.flatMap((heard) => (heard.type === 'down' ? [heard.cause] : []));
  }

  get refusals(): readonly RefusalReason[] {
    return this.heard.flatMap((heard) => (heard.type === 'refused' ? [heard.reason] : []));
  }

  /** Links that are up and not down. */
  get links(): readonly Link[] {
    const down = new Set(this.heard.flatMap((heard) => (heard.type === 'down' ? [heard.link] : [])));
    return this.ups.filter((link) => !down.has(link));
  }

  /** Resolves as soon as `condition` holds; fails with `what` if it does not come to hold. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const deadline = AbortSignal.timeout(this.#patienceMs);
    while (!condition()) {
      if (deadline.aborted) assert.fail(`waited in vain until ${what}; heard: ${this.#summary()}`);
      await this.#nextNews(deadline);
    }
  }

  /** Every up has at most one down after it, every frame lies between the two. */
  assertPaired(): void {
    const open = new Set<Link>();
    const seen = new Set<Link>();
    for (const heard of this.heard) {
      if (heard.type === 'refused') continue;
      if (heard.type === 'up') {
        assert.ok(!seen.has(heard.link), 'a link goes up once');
        assert.ok(![...open].some((link) => link.peer === heard.link.peer), 'one link per peer at a time');
        seen.add(heard.link);
        open.add(heard.link);
      } else {
        assert.ok(open.has(heard.link), `${heard.type} belongs to a link that is up`);
        if (heard.type === 'down') open.delete(heard.link);
      }
    }
  }

  #note(heard: Heard): void {
    this.heard.push(heard);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Also wakes now and then, for conditions on what is not told. */
  #nextNews(deadline: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        deadline.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, 20);
      deadline.addEventListener('abort', wake, { once: true });
      this.#waiting.add(wake);
    });
  }

  #summary(): string {
    const words = this.heard.slice(-12).map((heard) => {
      if (heard.type === 'down') return `down(${heard.cause})`;
      return heard.type === 'refused' ? heard.reason : heard.type;
    });
    return words.join(' ');
  }
}

/** A started specimen of a fresh identity. */
export async function started(
  world: ConformanceWorld,
  limits: Limits = {},
  listen?: readonly string[],
): Promise<Specimen> {
  return startedAs(world, world.identity(), limits, listen);
}

/** A started specimen of a given identity. */
export async function startedAs(
  world: ConformanceWorld,
  identity: Identity,
  limits: Limits = {},
  listen?: readonly string[],
): Promise<Specimen> {
  const specimen = new Specimen(world, identity, limits, listen);
  await specimen.transport.start(specimen);
  return specimen;
}

/** Two specimens with a link, dialed by the first; both ends of it. */
export async function linked(world: ConformanceWorld, limits: Limits = {}): Promise<[Specimen, Specimen, Link, Link]> {
  const dialer = await started(world, limits);
  const acceptor = await started(world, limits);
  const link = await dialer.transport.dial({ peer: acceptor.peer, addresses: acceptor.transport.localAddresses });
  await acceptor.until('the link is up', () => acceptor.ups.length === 1);
  return [dialer, acceptor, link, acceptor.ups[0] as Link];
}

/** `length` bytes that tell their number and their place. */
export function patterned(length: number, number: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (number * 31 + at * 7 + (at >>> 8)) & 0xff);
}

/** Sends, and waits while the link is full. */
export async function sendPatiently(link: Link, frames: Iterable<Uint8Array>): Promise<void> {
  for (const frame of frames) {
    // Waiting is what a caller does who got false: the budget frees itself as the peer reads.
    while (!link.send(frame)) await new Promise<void>((resolve) => setTimeout(resolve, 1));
  }
}

type CodedError = Error & { code: string; details: unknown };

/** Asserts that a promise rejects with a `TransportError` of this code, and returns the error. */
export async function rejection(promise: Promise<unknown>, code: string): Promise<CodedError> {
  try {
    await promise;
  } catch (error) {
    assert.equal((error as { code?: string }).code, code, (error as Error).message);
    return error as CodedError;
  }
  assert.fail(`resolved instead of rejecting with ${code}`);
}
