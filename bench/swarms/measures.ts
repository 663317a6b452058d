/**
 * What is measured of a swarm: how long a message takes to each node while little is said, and how many messages a second reach
 * every node while as much is said as a window of unfinished messages lets through. Both systems get the same payloads.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { pickBelow, random32 } from '@murmuration/protocol';
import type { Swarm } from './swarm.ts';

/** What is said. */
export interface Speech {
  readonly messageBytes: number;
  /** Nodes that speak, of all. */
  readonly authors: number;
  readonly seed: number;
}

export interface Latency {
  readonly messages: number;
  /** Deliveries, of those that should be: 1 is all. */
  readonly delivery: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Until the last node had a message; the median of all messages. */
  readonly allMs: number;
  readonly copiesPerDelivery: number;
}

export interface Throughput {
  /** Messages that every node got. */
  readonly messages: number;
  readonly delivery: number;
  readonly messagesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly copiesPerDelivery: number;
}

interface Said {
  readonly atMs: number;
  left: number;
}

/** Late copies and deliveries may take so long. */
const settleMs = 1_000;
const drainMsMax = 30_000;
const lookMs = 20;

/** Hears what a swarm delivers and keeps the books. Make one per swarm, after its join. */
export class Listener {
  readonly #swarm: Swarm;
  readonly #speech: Speech;
  readonly #said = new Map<number, Said>();
  readonly #heard = new Set<number>();
  #latencies: number[] = [];
  #whole: number[] = [];
  #next = 0;
  #endedAt = 0;
  #failure: unknown;
  #onWhole: () => void = () => undefined;

  constructor(swarm: Swarm, speech: Speech) {
    this.#swarm = swarm;
    this.#speech = speech;
    swarm.onDelivery((node, payload) => this.#hear(node, payload));
  }

  /** Says a message every `intervalMs`. */
  async latency(messages: number, intervalMs: number): Promise<Latency> {
    this.#begin();
    const before = this.#swarm.arrivals();
    for (let i = 0; i < messages; i++) {
      await this.#say();
      await pause(intervalMs);
    }
    await this.#drain();
    return {
      messages, delivery: this.#delivery(messages), p50Ms: quantile(this.#latencies, 0.5), p99Ms: quantile(this.#latencies, 0.99),
      allMs: quantile(this.#whole, 0.5), copiesPerDelivery: await this.#copiesSince(before),
    };
  }

  /** Says as much as goes for so long, never more than `window` messages that some node has not got. */
  async throughput(window: number, ms: number): Promise<Throughput> {
    this.#begin();
    const before = this.#swarm.arrivals();
    const [first, begunAt] = [this.#next, performance.now()];
    while (performance.now() < begunAt + ms) {
      if (this.#failure !== undefined) throw this.#failure;
      // A lost message keeps its place in the window, but does not hold up the clock.
      if (this.#said.size >= window) await Promise.race([new Promise<void>((resolve) => (this.#onWhole = resolve)), pause(lookMs)]);
      else this.#say().catch((error: unknown) => (this.#failure ??= error));
    }
    await this.#drain();
    const said = this.#next - first;
    const elapsedMs = Math.max(ms, this.#endedAt - begunAt);
    return {
      messages: this.#whole.length, delivery: this.#delivery(said),
      messagesPerSecond: round(this.#whole.length / (elapsedMs / 1_000)), p50Ms: quantile(this.#latencies, 0.5),
      p99Ms: quantile(this.#latencies, 0.99), copiesPerDelivery: await this.#copiesSince(before),
    };
  }

  #begin(): void {
    this.#said.clear();
    this.#heard.clear();
    this.#latencies = [];
    this.#whole = [];
  }

  async #say(): Promise<void> {
    const index = this.#next++;
    const { seed, authors, messageBytes } = this.#speech;
    const payload = payloadOf(index, messageBytes);
    this.#said.set(index, { atMs: performance.now(), left: this.#swarm.count - 1 });
    const author = pickBelow(random32(seed, 1, 0, index), authors) * Math.floor(this.#swarm.count / authors);
    await this.#swarm.publish(author, payload);
  }

  #hear(node: number, payload: Uint8Array): void {
    const index = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
    const said = this.#said.get(index);
    // What was said before this measure began is not counted, nor is anything twice.
    const cell = index * this.#swarm.count + node;
    if (said === undefined || this.#heard.has(cell)) return;
    this.#heard.add(cell);
    const tookMs = performance.now() - said.atMs;
    this.#latencies.push(tookMs);
    said.left--;
    if (said.left > 0) return;
    this.#whole.push(tookMs);
    this.#said.delete(index);
    this.#endedAt = performance.now();
    this.#onWhole();
  }

  async #drain(): Promise<void> {
    const deadline = performance.now() + drainMsMax;
    while (this.#said.size > 0 && performance.now() < deadline) await pause(lookMs);
  }

  #delivery(said: number): number {
    return this.#latencies.length / (said * (this.#swarm.count - 1));
  }

  async #copiesSince(before: { readonly first: number; readonly all: number }): Promise<number> {
    await pause(settleMs);
    const after = this.#swarm.arrivals();
    return round((after.all - before.all) / Math.max(1, after.first - before.first));
  }
}

/** The number of a message, then bytes that follow from it. */
export function payloadOf(index: number, messageBytes: number): Uint8Array {
  const payload = new Uint8Array(messageBytes);
  const view = new DataView(payload.buffer);
  view.setUint32(0, index, true);
  for (let at = 4; at < messageBytes; at++) payload[at] = random32(7, index, at, 0) & 0xff;
  return payload;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
