/** What nodes say to each other once both are admitted. Arrays are borrowed: whoever keeps one past the call copies it. */
import type { BatchHandle, Epoch, Incarnation, PeerIndex, Sequence } from './ids.ts';
import type { Bytes } from './units.ts';

/** Rises with every change of bytes on the wire; `test/wire` fails when the bytes change and this does not. */
export const protocolVersion = 1;

/** Member states. `left` is voluntary. */
export type MemberState = 'alive' | 'suspect' | 'dead' | 'left';

/** One member's state as somebody tells it. A higher (epoch, incarnation) speaks of a later time. */
export interface MemberClaim {
  readonly peer: PeerIndex;
  readonly state: MemberState;
  readonly epoch: Epoch;
  readonly incarnation: Incarnation;
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
  /** First 32 bits of the batch's hash: lets digests tell two logs apart that have the same length. */
  readonly hash32: number;
  readonly bytes: Bytes;
}

/** How far one log is known. */
export interface FrontierEntry {
  readonly author: PeerIndex;
  readonly epoch: Epoch;
  readonly sequence: Sequence;
}

/** Two 32-bit halves of the incremental digest over a frontier. Detects drift; does not resist an adversary. */
export interface Digest {
  readonly high: number;
  readonly low: number;
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

/** One signed batch, verified by whoever hands it on. */
export interface BatchMessage {
  readonly type: 'batch';
  readonly header: BatchHeader;
  readonly handle: BatchHandle;
}

/** What the sender believes of members. */
export interface ClaimsMessage {
  readonly type: 'claims';
  readonly claims: readonly MemberClaim[];
}

export type Message = RoundMessage | FrontierMessage | BatchMessage | ClaimsMessage;
