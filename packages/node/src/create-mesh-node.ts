/** How a node comes to life: the ground, the parts, the past; then it listens, joins, and tells the others its name. */
import { assemble } from './assembly.ts';
import { layFoundation } from './foundation.ts';
import { selfPeer } from './ingress.ts';
import { LivingNode } from './mesh-node.ts';
import type { MeshNodeOptions } from './options.ts';
import type { MeshNode } from './public-node.ts';
import { resolveOptions } from './resolve-options.ts';
import { restorePast } from './restore.ts';

/**
 * Starts a node. Resolves when it listens and its own past is restored; the mesh is met afterwards, in its own time. Rejects with
 * `invalid-options`, `unsafe-file`, `storage-failed`, or the transport's `address-in-use` or `listen-failed`.
 */
export async function createMeshNode(given: MeshNodeOptions): Promise<MeshNode> {
  const options = resolveOptions(given);
  const foundation = await layFoundation(options);
  const parts = assemble(options, foundation, (epoch) => node.onCloned(epoch));
  const node = new LivingNode(parts);
  const { identity, certificate, book, effects, loop, transport, links, dialer, epoch, storage } = parts;
  // The first peer of the book is the node itself.
  book.greet({ publicKey: identity.publicKey, certificate, addresses: [] });
  restorePast(parts);
  effects.endRestore();
  try {
    await transport.start(links);
  } catch (error) {
    loop.stop();
    await storage.log.close();
    throw error;
  }
  book.greet({ publicKey: identity.publicKey, certificate, addresses: transport.localAddresses });
  links.start();
  loop.submit({ type: 'command', command: { type: 'join', self: selfPeer, epoch } });
  dialer.start();
  await node.introduceItself();
  return node;
}
