/**
 * Every limit of the engine below us (RELIABILITY 7). libp2p's own defaults are made for public networks of strangers:
 * 300 connections, 16 MiB windows, write buffers without end. What an operator may change is in `options.ts`.
 */

/** The protocol of a link: one bidirectional stream, opened by the dialer. The number rises with the framing. */
export const linkProtocol: string = '/murmuration/mesh/1';

/** libp2p tolerates this many above `connectionsMax`, so that its pruner never picks a victim among links. */
export const connectionsReserved: number = 16;

/** Handshakes, upgrades, negotiations and single dials over TCP give up after this. libp2p's default is twice that. */
export const upgradeTimeoutMs: number = 5_000;
/** A QUIC dial into nothing has no refusal to wait for, and TCP is the fallback: 2 s is 10 round trips of 200 ms. */
export const quicDialTimeoutMs: number = 2_000;
/** Accepted frames have this long to leave when a link closes. Contract of the port. */
export const flushTimeoutMs: number = 1_000;

/** An inbound handshake costs two curve operations; 32 at once are about 10 ms of work. */
export const incomingPendingConnectionsMax: number = 32;
/** Per remote host and second, for hosts of a real network. */
export const inboundConnectionsPerSecond: number = 5;
/** On loopback all peers share one host address: a swarm of a hundred processes starts within a second. */
export const inboundConnectionsPerSecondOnLoopback: number = 256;

export const parallelDialsMax: number = 16;
export const dialQueueLengthMax: number = 128;
/** Contract of the port: at most 8 addresses per dial. */
export const addressesPerDialMax: number = 8;

/** We use one stream per connection; the rest is room for the bridge to other protocols. */
export const streamsPerConnectionMax: number = 16;
/** Yamux refuses a smaller window; it also bounds what a peer can make us hold unread. */
export const streamWindowBytes: number = 256 * 1024;
/** What one write into a stream may hold: a quarter of the window, and the largest message of Yamux. */
export const writeChunkBytes: number = 64 * 1024;
/** Over all streams of one QUIC connection: four windows. */
export const quicConnectionWindowBytes: number = 1024 * 1024;
/** Kernel buffers of a QUIC socket, which all its connections share. The addon's default. */
export const quicSocketBufferBytes: number = 500_000;

/** A stream or socket without a byte for this long is dead, whatever else failed to notice. */
export const inactivityTimeoutMs: number = 60_000;
/** Connections that the kernel may complete before we accept them. */
export const tcpBacklog: number = 128;
