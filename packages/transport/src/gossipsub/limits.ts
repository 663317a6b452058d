/**
 * Every limit of gossipsub below the bridge (RELIABILITY 7), whose own defaults trust the network: no bound on an RPC
 * or on what waits for a slow peer, and 5,000 entries in each list. What an operator may change is in `options.ts`.
 */

/**
 * Bytes of one RPC on the wire, checked before any of it is decoded; a longer one ends the stream. JavaScript and Go peers announce up to
 * 5,000 ids of 46 bytes in one, 240 KB; a message is at most 64 KiB of payload and 1 KiB around it.
 */
export const rpcBytesMax: number = 256 * 1024;
/** Message ids in one announcement or question: what JavaScript and Go peers send at most. The bytes of an RPC hold no more. */
export const rpcIdsMax: number = 5_000;
/** Entries of each other list in one RPC; an RPC with more is dropped whole. */
export const rpcEntriesMax: number = 256;
/** What the table of topics may hold for one peer, at about 1 KiB a topic. */
export const topicBytesPerPeerMax: number = 64 * 1024;
/** Bytes that wait for one peer who reads slowly; above, its stream is cut and the connection renewed. */
export const outboundBufferBytesMax: number = 1024 * 1024;
/**
 * Bytes that wait for us in one stream while we verify what came before. TCP stops the sender at a window (256 KiB);
 * the QUIC addon reads on whatever we do, so its peers are cut here: twice what a peer of our own kind may hold back.
 */
export const inboundBufferBytesMax: number = 2 * 1024 * 1024;
/** Old and new stream of a peer overlap for a moment. */
export const streamsPerPeerMax: number = 2;
/** Signed bytes that wait for their signature in `publish`, over all topics. */
export const publishBufferBytesMax: number = 1024 * 1024;

/** Ids are remembered this long, half of gossipsub's default: 4,000 messages a second for 60 s are about 30 MB. */
export const seenTtlMs: number = 60_000;
/** Gossipsub's heartbeat: grafts, prunes, gossip, decay of scores. Its default, which Go and Rust peers share. */
export const heartbeatMs: number = 1_000;
/** Heartbeats for which payloads are kept for those who ask, at the byte budget of one second each. Its defaults. */
export const cachedHeartbeats: number = 5;
/** Heartbeats of which ids are announced. */
export const gossipedHeartbeats: number = 3;
/** Scores of those who left are kept this long, an hour by default: coming back must not wash a peer clean. */
export const retainScoreMs: number = 600_000;

/** Plain peers open identify, ping and both gossipsub streams at once. */
export const earlyStreamsMax: number = 8;
/** Pings keep idle connections from the inactivity timeout of TCP (60 s), and find peers that are gone. */
export const pingIntervalMs: number = 10_000;
/** Presence is looked at, and lost peers are dialed, at this period. */
export const sweepMs: number = 250;
/** Ids of messages that the mesh already has, remembered against a second entry. 16,384 of about 75 bytes: 1.2 MB. */
export const originsMax: number = 16_384;
/** Kept peers; each costs at most four dials a second. */
export const keptPeersMax: number = 64;
export const topicsMax: number = 32;
