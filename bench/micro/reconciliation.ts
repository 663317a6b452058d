/**
 * What it costs two nodes to find out in which logs they differ, by whole frontiers and by ranges: bytes of both directions in the
 * frames of the wire, and the time of both cores. Batches are counted, not handed over, so that every run compares the same.
 *
 *   node bench/micro/reconciliation.ts [--small] [--json]
 */
import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { Mesh, resolveMeshOptions } from '@murmuration/mesh';
import {
  bytes, encodeFrame, millis, mix32, silentObserver,
  type BatchHandle, type BatchMessage, type Effects, type Epoch, type Message, type Millis, type NodeIndex, type PeerIndex,
  type Sequence, type StateSource, type WireNames,
} from '@murmuration/protocol';

/** One way of comparing, for one number of logs that differ. Times are medians of all runs. */
export interface Row {
  readonly by: 'frontiers' | 'ranges';
  readonly differing: number;
  readonly messages: number;
  readonly bytes: number;
  /** Of both nodes, for the whole exchange. */
  readonly exchangeMs: number;
  /** Of the slowest step: one message heard and answered. */
  readonly stepMs: number;
}

/** What a run prints with `--json`. */
export interface Result {
  readonly bench: 'reconciliation';
  readonly node: string;
  readonly machine: string;
  readonly seed: number;
  readonly logs: number;
  readonly runs: number;
  /** Hash over messages and bytes, the same on every machine. */
  readonly resultHash: string;
  readonly rows: readonly Row[];
}

const seed = 1;
const self = 0 as NodeIndex;
/** The index of each node's only neighbor; authors come before it. */
const neighbor = 8_192 as PeerIndex;
const names: WireNames = {
  publicKeyOf: (peer) => Uint8Array.from({ length: 32 }, (_, at) => mix32(mix32(peer) ^ at)),
  introductionBytesOf: () => new Uint8Array(0), find: () => neighbor, introduce: () => neighbor, bytesOf: () => new Uint8Array(0),
};

/** A node with one neighbor, and what it sends to it. */
class Side implements Effects, StateSource {
  readonly sent: Message[] = [];
  readonly #mesh: Mesh;

  constructor(lasts: readonly number[], frontierLogsMax: number) {
    const tags = { highOf: (peer: PeerIndex) => mix32(2 * peer), lowOf: (peer: PeerIndex) => mix32(2 * peer + 1) };
    const options = resolveMeshOptions({ gossip: { frontierLogsMax } });
    this.#mesh = new Mesh(1, { options, observer: silentObserver, tags, source: this, seed });
    for (const [author, last] of lasts.entries()) {
      for (let first = 1; first <= last; first++) {
        this.#mesh.handle(self, { type: 'command', command: { type: 'restore', batch: batchOf(author, first) } }, millis(1), this);
      }
    }
    this.#mesh.handle(self, { type: 'link-up', peer: neighbor, rttMs: millis(1) }, millis(1), this);
  }

  ask(now: Millis): void {
    this.#mesh.handle(self, { type: 'command', command: { type: 'reconcile', peer: neighbor } }, now, this);
  }

  hear(message: Message, now: Millis): void {
    this.#mesh.handle(self, { type: 'message', from: neighbor, message }, now, this);
  }

  /** A round, so that it may answer again; what the round itself sends is of no weight here. */
  renew(now: Millis): void {
    this.#mesh.handle(self, { type: 'timer', timer: { type: 'start-round' } }, now, this);
    this.sent.length = 0;
  }

  batchAfter(_node: NodeIndex, author: PeerIndex, _epoch: Epoch, sequence: Sequence): BatchMessage {
    return batchOf(author, sequence + 1);
  }

  send(_node: NodeIndex, _to: PeerIndex, message: Message): void {
    if (message.type === 'frontier' || message.type === 'ranges') this.sent.push(message);
  }

  batchOf(): undefined {}
  setTimer(): void {}
  connect(): void {}
  disconnect(): void {}
  emit(): void {}
}

/** Measures. */
export function run({ small = false }: { readonly small?: boolean } = {}): Result {
  const [logs, runs] = small ? [1_200, 3] : [8_192, 21];
  const rows = [1, 10, 100, 1_000, logs].flatMap((differing) =>
    (['frontiers', 'ranges'] as const).map((by) => measure(by, differing, logs, runs)));
  const resultHash = createHash('sha256').update(JSON.stringify(rows.map(({ messages, bytes: size }) => [messages, size]))).digest('hex');
  return { bench: 'reconciliation', node: process.version, machine: cpus()[0]?.model ?? 'unknown', seed, logs, runs, resultHash, rows };
}

function measure(by: Row['by'], differing: number, logs: number, runs: number): Row {
  const every = Math.floor(logs / differing);
  const frontierLogsMax = by === 'ranges' ? 0 : logs;
  const here = new Side(Array.from({ length: logs }, () => 1), frontierLogsMax);
  const there = new Side(Array.from({ length: logs }, (_, at) => (at % every === 0 && at / every < differing ? 2 : 1)), frontierLogsMax);
  let [messages, size] = [0, 0];
  const times: { readonly exchangeMs: number; readonly stepMs: number }[] = [];
  for (let runIndex = 0; runIndex < runs; runIndex++) {
    const now = millis(10_000 * (runIndex + 1));
    for (const side of [here, there]) side.renew(now);
    const steps = [timed(() => here.ask(now))];
    [messages, size] = [0, 0];
    for (let [from, to] = [here, there]; from.sent.length > 0; [from, to] = [to, from]) {
      for (const message of from.sent.splice(0)) {
        messages++;
        size += encodeFrame([message], names).length;
        steps.push(timed(() => to.hear(message, now)));
      }
    }
    times.push({ exchangeMs: steps.reduce((sum, ms) => sum + ms, 0), stepMs: Math.max(...steps) });
  }
  const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  const [exchangeMs, stepMs] = [medianOf(times.map((time) => time.exchangeMs)), medianOf(times.map((time) => time.stepMs))];
  return { by, differing, messages, bytes: size, exchangeMs, stepMs };
}

function timed(step: () => void): number {
  const startedAt = process.hrtime.bigint();
  step();
  return Number(process.hrtime.bigint() - startedAt) / 1e6;
}

function batchOf(author: number, first: number): BatchMessage {
  const header = {
    author: author as PeerIndex, epoch: 1 as Epoch, firstSequence: first as Sequence, count: 1, hash48: mix32(author ^ first), bytes: bytes(100),
  };
  return { type: 'batch', header, handle: author as BatchHandle, hops: 0, place: 'next' };
}

function table({ logs, runs, machine, node, resultHash, rows }: Result): string {
  const line = (...cells: readonly (string | number)[]): string => cells.map((cell) => String(cell).padStart(12)).join('');
  return [
    `two nodes of ${logs} logs, medians of ${runs} runs; ${machine}, Node ${node}`,
    line('by', 'differing', 'messages', 'bytes', 'ms', 'slowest step'),
    ...rows.map((row) => line(row.by, row.differing, row.messages, row.bytes, row.exchangeMs.toFixed(1), row.stepMs.toFixed(1))),
    `result ${resultHash}`,
  ].join('\n');
}

if (import.meta.main) {
  const result = run({ small: process.argv.includes('--small') });
  process.stdout.write(`${process.argv.includes('--json') ? JSON.stringify(result) : table(result)}\n`);
}
