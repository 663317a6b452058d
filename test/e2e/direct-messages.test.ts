/** Direct messages between real nodes over real sockets: to neighbors, to others, and to one whose process is killed meanwhile. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startNode, type MeshNode, type StartNodeOptions } from '@murmuration/node/libp2p';
import { describe, expect, it } from 'vitest';
import { eventually } from './processes.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const wires = ['quic', 'tcp'] as const;
const largest = 256 * 1024;

/** Nodes that all know each other, over one wire. */
class Flock implements AsyncDisposable {
  readonly nodes: MeshNode[] = [];
  readonly #options: StartNodeOptions;

  constructor(options: StartNodeOptions) {
    this.#options = options;
  }

  async grow(count: number): Promise<MeshNode[]> {
    for (let i = 0; i < count; i++) {
      const bootstrap = this.nodes.slice(0, 1).flatMap(({ addresses }) => addresses);
      this.nodes.push(await startNode({ ...this.#options, bootstrap }));
    }
    await eventually('all know each other', async () => this.nodes.every((node) => node.status().members.alive === count) || undefined);
    return this.nodes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
  }
}

describe.each(wires)('over %s', (wire) => {
  it('DIR1, DIR2: a note is heard and a request is answered, up to 256 KiB and not a byte more', async () => {
    await using flock = new Flock({ transport: { wires: wire } });
    const [node, other] = (await flock.grow(2)) as [MeshNode, MeshNode];
    const heard = new Promise((resolve) => other.on('direct-message', resolve));
    await node.send(other.id, 'hello');
    expect(await heard).toMatchObject({ from: node.id, payload: new TextEncoder().encode('hello') });
    other.onRequest(({ payload }) => payload.toReversed());
    const payload = Uint8Array.from({ length: largest }, (_, i) => i % 251);
    expect(await node.request(other.id, payload)).toEqual(payload.toReversed());
    await expect(node.request(other.id, new Uint8Array(largest + 1))).rejects.toMatchObject({
      code: 'payload-too-large', message: expect.stringMatching(/send it in parts, or put it into a document/),
    });
  });

  it('DIR4, DIR5: no handler, a handler that throws, and a deadline each end a request in their own way', async () => {
    await using flock = new Flock({ transport: { wires: wire } });
    const [node, other] = (await flock.grow(2)) as [MeshNode, MeshNode];
    await expect(node.request(other.id, 'x')).rejects.toMatchObject({ code: 'no-handler' });
    const warned = new Promise((resolve) => other.on('warning', resolve));
    const end = other.onRequest(() => {
      throw new Error('a secret of mine');
    });
    const failed = node.request(other.id, 'x');
    await expect(failed).rejects.toMatchObject({ code: 'handler-failed', message: expect.not.stringContaining('secret') });
    expect(await warned).toMatchObject({ reason: 'the request handler failed: a secret of mine' });
    end();
    other.onRequest(() => new Promise(() => undefined));
    await expect(node.request(other.id, 'x', { deadlineMs: 300 })).rejects.toMatchObject({ code: 'deadline-exceeded' });
  });

  it('DIR10: everybody reaches everybody in a mesh whose views are smaller than itself', async () => {
    await using flock = new Flock({ transport: { wires: wire }, mesh: { peerRegistry: { neighborsMax: 4, connectsPerLookMax: 4 } } });
    const nodes = await flock.grow(8);
    for (const node of nodes) node.onRequest(({ from, payload }) => `${text(payload)} of ${from}`);
    const answers = await Promise.all(nodes.flatMap((node) =>
      nodes.map(async (other) => text(await node.request(other.id, 'question', { deadlineMs: 30_000 })) === `question of ${node.id}`)));
    expect(answers).toEqual(answers.map(() => true));
    expect(nodes.some((node) => node.status().visits > 0)).toBe(true);
    for (const node of nodes) {
      const { links } = node.status();
      expect(links.quic + links.tcp).toBeLessThanOrEqual(4);
    }
  });

  it('DIR8: a request to one whose process is killed fails before its deadline', async () => {
    await using flock = new Flock({ transport: { wires: wire } });
    const [node] = (await flock.grow(1)) as [MeshNode];
    const file = join(import.meta.dirname, 'hanging-peer.ts');
    const peer = spawn(process.execPath, ['--conditions=source', file, wire, ...node.addresses], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const lines = linesOf(peer);
      const id = (await lines.next()).value as MeshNode['id'];
      await eventually('it is known', async () => node.members().some((member) => member.id === id) || undefined);
      const answer = node.request(id, 'x', { deadlineMs: 90_000 });
      answer.catch(() => undefined);
      expect((await lines.next()).value).toBe('asked');
      const gone = once(peer, 'exit');
      peer.kill('SIGKILL');
      await gone;
      await expect(answer).rejects.toMatchObject({ code: 'unreachable' });
    } finally {
      peer.kill('SIGKILL');
    }
  });
});

function linesOf({ stdout }: ChildProcess): AsyncIterator<string> {
  if (stdout === null) throw new Error('the peer has no output');
  return createInterface({ input: stdout })[Symbol.asyncIterator]();
}
