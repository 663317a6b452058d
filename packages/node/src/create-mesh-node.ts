/** How a node comes to life: the ground, the parts, the past; then it listens, joins, and tells the others its name. */
import { assemble, type Assembly } from './assembly.ts';
import { keepDurable } from './durability.ts';
import { layFoundation } from './foundation.ts';
import { selfPeer } from './loop.ts';
import { LivingNode } from './mesh-node.ts';
import type { MeshNodeOptions } from './options.ts';
import type { MeshNode } from './public-node.ts';
import { resolveOptions } from './resolve-options.ts';
import { restorePast } from './restore.ts';

/**
 * Starts a node. Resolves when it listens and its own past is restored; the mesh is met afterwards, in its own time. Rejects with
 * `invalid-options`, `unsafe-file`, `directory-in-use`, `storage-failed`, or the transport's `address-in-use` or `listen-failed`.
 */
export async function createMeshNode(given: MeshNodeOptions): Promise<MeshNode> {
  const options = resolveOptions(given);
  const foundation = await layFoundation(options);
  let node: LivingNode | undefined;
  try {
    const parts = assemble(options, foundation, (epoch) => node?.onCloned(epoch));
    node = new LivingNode(parts);
    await bringToLife(parts, node);
    return node;
  } catch (error) {
    // The caller hears of what went wrong first; whatever was opened is closed.
    const closing = node === undefined ? foundation.storage.close() : node.close();
    await closing.catch(() => undefined);
    throw error;
  }
}

/** Guess: what a lost introduction costs is a minute in which rounds bring its author's batches from others. */
const introduceAgainMs = 60_000;

async function bringToLife(parts: Assembly, node: LivingNode): Promise<void> {
  const { identity, certificate, book, effects, loop, transport, links, egress, dialer, topics, epoch } = parts;
  // The first peer of the book is the node itself.
  book.greet({ publicKey: identity.publicKey, certificate, addresses: [] });
  // Before the listeners are up: who greets us first is not told of an empty mesh.
  loop.submit({ type: 'command', command: { type: 'join', self: selfPeer, epoch } });
  await restorePast(parts);
  effects.endRestore();
  await transport.start(links);
  book.greet({ publicKey: identity.publicKey, certificate, addresses: transport.localAddresses });
  links.start();
  loop.every(introduceAgainMs, () => egress.forgetIntroductions());
  keepDurable(parts);
  topics.start();
  await node.introduceItself();
  // Last: whoever awaits the node hears the first warning about an address that does not answer.
  dialer.start();
}
