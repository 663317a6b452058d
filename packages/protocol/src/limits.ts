/** Sizes and counts that every node of a network must agree on, each with its reason. They are checked before use. */
import { bytes, millis, type Bytes, type Millis } from './units.ts';

/** 16,384 updates of 20 bytes (the largest batch of the tick budget) are 320 KiB; documents need no more than 64 KiB each. */
export const batchBytesMax: Bytes = bytes(512 * 1024);
/** The largest batch a receiver takes; its sequence range bounds every loop over it. */
export const updatesPerBatchMax = 16_384;
/** One batch, its envelope and a few small messages beside it. */
export const frameBytesMax: Bytes = bytes(640 * 1024);
/** More messages in one frame than this is no coalescing but a way to spend our time. */
export const messagesPerFrameMax = 1_024;
/** A log is a start of an author that wrote something; 8,192 entries of 42 bytes are 344 KB and fit a frame. */
export const frontierEntriesMax = 8_192;
/**
 * Ranges in one message. Between two of 8,192 logs an answer of ranges holds at most 4,224: what 16 ranges split into twice, and their
 * gaps. With 21 bytes each, and 18 for each of as many marks as a frontier has entries, a message is at most 320 KB.
 */
export const rangesPerMessageMax = 8_192;
/** Announcements in one message; an older one is repaired by rounds. */
export const batchIdsPerMessageMax = 1_024;
/** Hops are counted in one byte; a batch that crossed more links says so many. */
export const hopsMax = 255;
/** A loop that lags more than a minute says so much: it fits two bytes. */
export const lagMsMax: Millis = millis(0xffff);
/** Links that a walk through the overlay may cross: HyParView's active random walk is 6. */
export const walkTtlMax = 16;
/** A whole cell at its hard cap of 512 members (D8). */
export const claimsPerMessageMax = 512;
/**
 * Peers that one frame tells of: who hears of them for the first time checks key and certificate of each, a third of a millisecond
 * (measured), so that a frame of strangers is one slice of 5 ms (D12). What is beyond is left out, and told of again.
 */
export const introductionsPerFrameMax = 16;
/** Two wires on two interfaces. With four a message of 512 claims is 484 KB and fits a frame; more would grow our tables. */
export const addressesPerPeerMax = 4;
/** The longest useful multiaddr: IPv6, udp, quic-v1 and a peer id are about 130 characters. */
export const addressBytesMax: Bytes = bytes(200);
/** Key, certificate and addresses of one peer: 32 + 64 + 1 + 4 · 202. */
export const introductionBytesMax: Bytes = bytes(97 + addressesPerPeerMax * (2 + addressBytesMax));
/** Its introduction, state, epoch, incarnation and accuser: 1 + 4 + 2 + 32 beside it. */
export const claimBytesMax: Bytes = bytes(introductionBytesMax + 39);
/** A scope is a short name such as `mesh` or `region/eu`. */
export const scopeBytesMax: Bytes = bytes(64);
/** A register key is a name, not content. */
export const registerKeyBytesMax: Bytes = bytes(256);
/** Registers are small facts; what is larger belongs in a document. */
export const registerValueBytesMax: Bytes = bytes(16 * 1024);
/** A document's name is a name. */
export const documentNameBytesMax: Bytes = bytes(128);
/** Yjs decodes 64 KiB in at most 3 ms and applies it in 14 ms (measured on the worst update found). */
export const documentUpdateBytesMax: Bytes = bytes(64 * 1024);
/** A topic is a name. */
export const topicBytesMax: Bytes = bytes(128);
/** As large as a change of a document; eight fill the largest batch. */
export const messageBytesMax: Bytes = bytes(64 * 1024);
/** A hash of 512 bits, or a peer id and a sequence as gossipsub makes its ids of. */
export const originBytesMax: Bytes = bytes(64);
/** A greeting is an identity, a certificate and a few addresses. */
export const helloBytesMax: Bytes = bytes(4 * 1024);
/**
 * A direct message: a prompt or a tool's result is a few dozen KiB, and two and their answers still fit half a link's budget. What is
 * larger belongs in a document, or in parts.
 */
export const directBytesMax: Bytes = bytes(256 * 1024);
/** Ten minutes, the longest call of a model; what takes longer is better told by a note when it is done. */
export const directDeadlineMsMax: Millis = millis(600_000);
