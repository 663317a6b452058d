/** A process with a node that takes requests and never answers: what a peer that dies in the middle of one looks like. */
import { startNode } from '@murmuration/node/libp2p';

const wires = process.argv[2] as 'quic' | 'tcp';
const node = await startNode({ transport: { wires }, bootstrap: process.argv.slice(3) });
node.onRequest(() => {
  process.stdout.write('asked\n');
  return new Promise(() => undefined);
});
process.stdout.write(`${node.id}\n`);
