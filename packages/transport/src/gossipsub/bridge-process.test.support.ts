/** A process that starts a bridge, meets the peer that it is told, stops the bridge, and has nothing else to do. */
import { accept } from '@murmuration/protocol';
import { gossipsubBridge } from './index.ts';

const [address = '', topic = ''] = process.argv.slice(2);
const bridge = await gossipsubBridge({
  secretKey: new Uint8Array(32).fill(7),
  listen: ['/ip4/127.0.0.1/udp/0/quic-v1', '/ip4/127.0.0.1/tcp/0'],
  peers: [address, '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWKCiRdz1z5rihpeYUVSAhjS5ST6hCroDLUkD9f1SZ4e7a'],
  topics: [topic],
  validate: () => accept,
  reputationOf: () => 0.5,
  // From here on only what the bridge leaves behind could keep the process alive.
  onMessage: () => void bridge.stop(),
});
