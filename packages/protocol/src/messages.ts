/** What nodes say to each other once both are admitted. Arrays are borrowed: whoever keeps one past the call copies it. */
import type { BatchHandle, Epoch, Incarnation, PeerIndex, Sequence } from './ids.ts';
import type { LogName } from './log-name.ts';
import type { Bytes, Millis } from './units.ts';

/** Rises with every change of bytes on the wire; `test/wire` fails when the bytes change and this does not. */
export const protocolVersion = 3;

/** Member states. `left` is voluntary. */
export type MemberState = 'alive' | 'suspect' | 'dead' | 'left';

/** One member's state as somebody tells it. A higher (epoch, incarnation) speaks of a later time. */
export interface MemberClaim {
  readonly peer: PeerIndex;
  readonly state: MemberState;
  readonly epoch: Epoch;
  readonly incarnation: Incarnation;
  /**
   * Who accuses a suspect: confirmations by different accusers shorten its time. `noPeer` in every other state, and where the
   * accuser is nobody we know.
   */
  readonly accuser: PeerIndex;
}

/** A run of sequences in one log. */
export interface BatchRange {
  readonly author: PeerIndex;
  readonly epoch: Epoch;
  readonly firstSequence: Sequence;
  readonly count: number;
}

/** What the core knows of a batch; its bytes are in the shell's side store. */
export interface BatchHeader extends BatchRange {
  /** First 48 bits of the batch's hash: they let digests tell two logs apart that have the same length. */
  readonly hash48: number;
  readonly bytes: Bytes;
}

/** How far one log is known. */
export interface FrontierEntry {
  readonly author: PeerIndex;
  readonly epoch: Epoch;
  readonly sequence: Sequence;
}

/** 64 bits, as two words: the incremental digest over a frontier, the fingerprint of a range, or a nonce. */
export interface Digest {
  readonly high: number;
  readonly low: number;
}

/** How far one log is known, its author told by tags: the receiver need not know him. */
export interface LogMark extends LogName {
  readonly sequence: Sequence;
}

/** What is said of the logs from the bound of the range before, exclusive, to `upTo`. */
export type LogRange =
  /** Nothing more: they are equal, or done. */
  | { readonly type: 'done'; readonly upTo: LogName }
  /** This is the fingerprint of mine, keyed by the nonce. */
  | { readonly type: 'compare'; readonly upTo: LogName; readonly fingerprint: Digest }
  /** These are all of mine: send what I lack, and say what you want. */
  | { readonly type: 'list'; readonly upTo: LogName; readonly marks: readonly LogMark[] }
  /** Send me these from there on. */
  | { readonly type: 'want'; readonly upTo: LogName; readonly marks: readonly LogMark[] };

/** "This is what I have of these ranges." Every answer narrows them down; what no range covers is equal. */
export interface RangesMessage {
  readonly type: 'ranges';
  readonly isReply: boolean;
  /** Of the one who asked first, the same in the whole exchange: nobody can prepare ranges that look equal under it. */
  readonly nonce: Digest;
  /** Their bounds rise. */
  readonly ranges: readonly LogRange[];
}

/** "This is the digest of what I have." A reply is not answered. */
export interface RoundMessage {
  readonly type: 'round';
  readonly digest: Digest;
  readonly isReply: boolean;
}

/** "This is how far I know each log; give me what I lack." A reply is answered with batches only. */
export interface FrontierMessage {
  readonly type: 'frontier';
  readonly entries: readonly FrontierEntry[];
  readonly isReply: boolean;
}

/**
 * How a batch stands to what its sender keeps of the log. `next`: in its place, as along trees. `first-kept`: what is before it the
 * sender has no more, so a receiver may go on from here over a gap. `past`: the same, and older than messages are kept, so it moves
 * the log on and is told to nobody. Only logs of messages have gaps: a state log is kept whole.
 */
export type BatchPlace = 'next' | 'first-kept' | 'past';

/** A run as somebody offers it. */
export interface OfferedRange extends BatchRange {
  readonly place: BatchPlace;
}

/** One signed batch, verified by whoever hands it on. */
export interface BatchMessage {
  readonly type: 'batch';
  readonly header: BatchHeader;
  readonly handle: BatchHandle;
  /** Links it has crossed along trees, 0 at its author, at most `hopsMax` on the wire. Unsigned, so it decides nothing but which links are eager. */
  readonly hops: number;
  /** Unsigned: at worst a neighbor lets us miss what another would have given. */
  readonly place: BatchPlace;
}

/** Hops of a batch that came by no tree. */
export const offTreeHops = 255;

/** Names a batch by the last sequence it holds. */
export interface BatchId {
  readonly author: PeerIndex;
  readonly epoch: Epoch;
  readonly sequence: Sequence;
  readonly hops: number;
}

/** "I have these": announced on lazy links, so that a broken tree is noticed (Plumtree). */
export interface IhaveMessage {
  readonly type: 'ihave';
  readonly ids: readonly BatchId[];
}

/** "Your link is eager from now on; send me each of these logs from the given sequence on." */
export interface GraftMessage {
  readonly type: 'graft';
  readonly ids: readonly BatchId[];
}

/** "I have it from elsewhere; your link is lazy from now on." */
export interface PruneMessage {
  readonly type: 'prune';
}

/** What the sender believes of members. */
export interface ClaimsMessage {
  readonly type: 'claims';
  readonly claims: readonly MemberClaim[];
}

/** "Are you there?" */
export interface PingMessage {
  readonly type: 'ping';
  /** 32 bits of the asker's choice; the answer repeats it. */
  readonly token: number;
}

/** "Ask that one for me." Answered with an ack of the target's, or with a nack. */
export interface PingRequestMessage {
  readonly type: 'ping-request';
  readonly token: number;
  readonly target: PeerIndex;
}

/** "It is there." Carries the target's own incarnation, so that a stale suspicion ends with it, and how far its loop lags. */
export interface AckMessage {
  readonly type: 'ack';
  readonly token: number;
  readonly target: PeerIndex;
  readonly epoch: Epoch;
  readonly incarnation: Incarnation;
  /** At most `lagMsMax` on the wire. */
  readonly lagMs: Millis;
}

/** "I asked, and have heard nothing yet": the helper is well, whatever the target is. */
export interface NackMessage {
  readonly type: 'nack';
  readonly token: number;
  readonly target: PeerIndex;
}

/** Said first on a new link: `isUrgent` where the sender has no other neighbor, and must not be turned away. */
export interface NeighborMessage {
  readonly type: 'neighbor';
  readonly isUrgent: boolean;
}

/** A newcomer on its way through the overlay: some on the way take it into a view (HyParView). */
export interface ForwardJoinMessage {
  readonly type: 'forward-join';
  readonly claim: MemberClaim;
  readonly ttl: number;
}

/** A sample of the sender's views, walking `ttl` links before somebody answers `origin` with one of his own. */
export interface ShuffleMessage {
  readonly type: 'shuffle';
  readonly origin: MemberClaim;
  readonly ttl: number;
  readonly claims: readonly MemberClaim[];
}

/** The other half of a shuffle. */
export interface ShuffleReplyMessage {
  readonly type: 'shuffle-reply';
  readonly claims: readonly MemberClaim[];
}

/** Who hears what: `gossip`. */
export type GossipMessage =
  | RoundMessage
  | FrontierMessage
  | BatchMessage
  | IhaveMessage
  | GraftMessage
  | PruneMessage
  | RangesMessage;

/** Who is there: `peer-registry`. */
export type RegistryMessage =
  | ClaimsMessage
  | PingMessage
  | PingRequestMessage
  | AckMessage
  | NackMessage
  | NeighborMessage
  | ForwardJoinMessage
  | ShuffleMessage
  | ShuffleReplyMessage;

export type Message = GossipMessage | RegistryMessage;
