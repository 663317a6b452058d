/** Links over libp2p: QUIC first, TCP with Noise and Yamux as the fallback (D3). */
export { libp2pTransport } from './transport.ts';
export type { Libp2pTransportOptions } from './options.ts';
