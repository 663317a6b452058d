/**
 * What one idle node costs: the columns of the core, by name, for the defaults and for the sizes of an edge node, and
 * what the process really grows by when many edge nodes have joined and filled their tables. The budget is 2 KiB for an
 * edge node (ARCHITECTURE.md, section 2); the defaults are those of a daemon, which runs one node.
 *
 *   node bench/memory/memory.ts [--small] [--json]
 */
import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Mesh, resolveMeshOptions, type MeshOptions } from '@murmuration/mesh';
import {
  bytes, millis, mix32, noPeer, silentObserver,
  type BatchHandle, type BatchMessage, type ColumnInfo, type Effects, type Epoch, type Incarnation, type MemberClaim,
  type Message, type NodeIndex, type PeerIndex, type Sequence, type StateSource,
} from '@murmuration/protocol';

/** The columns of one preset. */
export interface Preset {
  readonly name: 'defaults' | 'edge';
  readonly bytesPerNode: number;
  readonly columns: readonly ColumnInfo[];
}

/** What a run prints with `--json`. */
export interface Result {
  readonly bench: 'idle-node';
  readonly node: string;
  readonly machine: string;
  readonly seed: number;
  readonly presets: readonly Preset[];
  /** Of edge nodes that have joined and whose member, neighbor and log tables are full. */
  readonly measured: {
    readonly nodes: number;
    /** Growth of the process per node; small runs drown in the noise of the heap. */
    readonly rssBytesPerNode: number;
    /** Growth of the typed arrays per node. */
    readonly arrayBytesPerNode: number;
    readonly fillMs: number;
  };
  /** Hash over the columns and over what the nodes believe in the end. */
  readonly resultHash: string;
}

const seed = 1;
const fullNodes = 100_000;
const smallNodes = 8_000;
const nothing = (): void => undefined;
const effects: Effects = { send: nothing, setTimer: nothing, connect: nothing, disconnect: nothing, emit: nothing };

/** An edge node knows its neighborhood, not its cell (D8): 16 links, three times as many members, its neighbors' logs. */
const edge: MeshOptions = resolveMeshOptions({
  peerRegistry: { membersMax: 48, neighborsMax: 16, passiveMax: 24, samplerSlots: 24, relaysMax: 4 },
  gossip: { logsMax: 16, outboxMax: 12, linksMax: 16, missingMax: 2 },
  byzantine: { bansMax: 4 },
});

/** Measures. Throws where a table is not as full as it should be. */
export function run({ small = false }: { readonly small?: boolean } = {}): Result {
  const nodes = small ? smallNodes : fullNodes;
  const presets = [presetOf('defaults', resolveMeshOptions()), presetOf('edge', edge)];
  const collect = garbageCollector();
  collect();
  const before = process.memoryUsage();
  const startedAt = process.hrtime.bigint();
  const mesh = meshOf(nodes, edge);
  for (let node = 0; node < nodes; node += 1) fill(mesh, node as NodeIndex, edge);
  const fillMs = Number(process.hrtime.bigint() - startedAt) / 1e6;
  collect();
  const after = process.memoryUsage();
  const believed = check(mesh, nodes);
  return {
    bench: 'idle-node', node: process.version, machine: cpus()[0]?.model ?? 'unknown', seed, presets,
    measured: {
      nodes,
      rssBytesPerNode: Math.round((after.rss - before.rss) / nodes),
      arrayBytesPerNode: Math.round((after.arrayBuffers - before.arrayBuffers) / nodes),
      fillMs: Math.round(fillMs),
    },
    resultHash: createHash('sha256').update(JSON.stringify([presets, believed])).digest('hex'),
  };
}

function presetOf(name: Preset['name'], options: MeshOptions): Preset {
  const { bytesPerNode, columns } = meshOf(1, options).allocator;
  return { name, bytesPerNode, columns };
}

function meshOf(nodes: number, options: MeshOptions): Mesh {
  const tags = { highOf: (peer: PeerIndex) => mix32(2 * peer), lowOf: (peer: PeerIndex) => mix32(2 * peer + 1) };
  const source: StateSource = { batchAfter: () => undefined, batchOf: () => undefined };
  return new Mesh(nodes, { options, observer: silentObserver, tags, source, seed });
}

/** Joins, and fills every table: neighbors first, while there is little to tell them. */
function fill(mesh: Mesh, node: NodeIndex, { peerRegistry, gossip }: MeshOptions): void {
  const peerAt = (i: number): PeerIndex => (node + i) as PeerIndex;
  const epoch = 1 as Epoch;
  const now = millis(0);
  mesh.handle(node, { type: 'command', command: { type: 'join', self: peerAt(0), epoch } }, now, effects);
  for (let i = 1; i <= peerRegistry.neighborsMax; i += 1) {
    mesh.handle(node, { type: 'link-up', peer: peerAt(i), rttMs: millis(1) }, now, effects);
  }
  const incarnation = 0 as Incarnation;
  const claims = Array.from({ length: peerRegistry.membersMax - 1 }, (_, i): MemberClaim =>
    ({ peer: peerAt(i + 1), state: 'alive', epoch, incarnation, accuser: noPeer }));
  const hear = (message: Message): void =>
    mesh.handle(node, { type: 'message', from: peerAt(1), message }, now, effects);
  hear({ type: 'claims', claims });
  for (let i = 0; i < gossip.logsMax; i += 1) hear(batchOf(peerAt(i + 1)));
}

function batchOf(author: PeerIndex): BatchMessage {
  const header = {
    author, epoch: 1 as Epoch, firstSequence: 1 as Sequence, count: 1, hash48: mix32(author), bytes: bytes(100),
  };
  return { type: 'batch', header, handle: author as number as BatchHandle, hops: 0, place: 'next' };
}

/** What the first and the last node believe. */
function check(mesh: Mesh, nodes: number): unknown {
  return [0, nodes - 1].map((index) => {
    const node = index as NodeIndex;
    const members = mesh.members(node);
    const linked = members.filter(({ isLinked }) => isLinked).length;
    const frontier = mesh.frontier(node);
    const { membersMax, neighborsMax } = edge.peerRegistry;
    if (members.length !== membersMax || linked !== neighborsMax || frontier.length !== edge.gossip.logsMax) {
      throw new Error(`node ${index} has ${members.length} members, ${linked} links and ${frontier.length} logs`);
    }
    return { members, frontier, digest: mesh.digest(node) };
  });
}

/**
 * The collector of this process, so that garbage is not counted as a cost of nodes. It runs twice: the buffers of dead
 * arrays are freed beside the program, and only the next run waits until the last one has freed its own.
 */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  return () => {
    gc();
    gc();
  };
}

function table({ presets, measured, machine, node, resultHash }: Result): string {
  const [defaults, edgeNode] = presets as readonly [Preset, Preset];
  const rows = defaults.columns.map(({ name, bytesPerNode }, i) =>
    line(name, bytesPerNode, edgeNode.columns[i]!.bytesPerNode));
  return [
    `one idle node, bytes by column; ${machine}, Node ${node}`,
    line('column', 'defaults', 'edge'),
    ...rows,
    line('sum', defaults.bytesPerNode, edgeNode.bytesPerNode),
    `${measured.nodes} edge nodes, joined, tables full: ${measured.rssBytesPerNode} B of RSS each, ` +
      `${measured.arrayBytesPerNode} B of arrays each, filled in ${measured.fillMs} ms`,
    `result ${resultHash}`,
  ].join('\n');
}

function line(name: string, ...cells: readonly (string | number)[]): string {
  return name.padEnd(28) + cells.map((cell) => String(cell).padStart(12)).join('');
}

if (import.meta.main) {
  const result = run({ small: process.argv.includes('--small') });
  process.stdout.write(`${process.argv.includes('--json') ? JSON.stringify(result) : table(result)}\n`);
}
