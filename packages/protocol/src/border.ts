/**
 * The border of the pure core: what goes in (`Input`) and what is asked of the world (`Effects`). A shell calls
 * `mesh.handle(node, input, now, effects)`, one input at a time; everything else follows from the inputs.
 */
import type { Epoch, Incarnation, NodeIndex, PeerIndex } from './ids.ts';
import type { BatchMessage, MemberState, Message } from './messages.ts';
import type { Millis } from './units.ts';
import type { Offence } from './verdict.ts';

/** What the application or the shell wants. */
export type Command =
  /** Starts the node as member `self`; peers are met through links. */
  | { readonly type: 'join'; readonly self: PeerIndex; readonly epoch: Epoch }
  /** Tells the mesh that the node goes of its own will. */
  | { readonly type: 'leave' }
  /** A batch that the shell sealed for this node. */
  | { readonly type: 'broadcast'; readonly batch: BatchMessage }
  /** A batch that the shell read back from its disk: known, and no news to anybody. */
  | { readonly type: 'restore'; readonly batch: BatchMessage }
  /** Compares frontiers with one neighbor now. */
  | { readonly type: 'reconcile'; readonly peer: PeerIndex };

/** A moment that a module asked for. Nothing is cancelled: what a timer speaks of is compared with the present. */
export type Timer =
  | { readonly type: 'start-round' }
  | { readonly type: 'flush-outbox' }
  | { readonly type: 'spread-claims' }
  | { readonly type: 'maintain-views' }
  /** The next probe of this node is due. */
  | { readonly type: 'probe-next' }
  /** No answer to the ping of this token yet: ask others to ask. */
  | { readonly type: 'probe-indirectly'; readonly peer: PeerIndex; readonly token: number }
  /** The probe of this token is over; without an ack its target is suspect. */
  | { readonly type: 'end-probe'; readonly peer: PeerIndex; readonly token: number }
  /** We asked for somebody else: tell him that we are well, if the target has not answered. */
  | { readonly type: 'send-nack'; readonly peer: PeerIndex; readonly target: PeerIndex; readonly token: number }
  /** A suspicion has had its time: is it confirmed? */
  | { readonly type: 'judge-suspicion'; readonly peer: PeerIndex; readonly epoch: Epoch; readonly incarnation: Incarnation }
  | { readonly type: 'shuffle-views' }
  /** Batches were sent along eager links; the lazy ones hear of them. */
  | { readonly type: 'announce-batches' }
  /** Batches were announced and may not have come: graft them from an announcer. */
  | { readonly type: 'graft-missing' }
  | { readonly type: 'declare-dead'; readonly peer: PeerIndex; readonly epoch: Epoch; readonly incarnation: Incarnation };

/** Why a link ended: in order, by a fault of the path, or because a newer link took its place. */
export type LinkDownCause = 'closed' | 'failed' | 'replaced';

/** Why we ask for a link to end. One for which only our view has no place the shell may keep for itself, after `link-down`. */
export type DisconnectReason = 'offence' | 'leaving' | 'view-full';

export type Input =
  | { readonly type: 'command'; readonly command: Command }
  /** Decoded, its signature verified. */
  | { readonly type: 'message'; readonly from: PeerIndex; readonly message: Message }
  /** Bad signature, undecodable, oversized. */
  | { readonly type: 'frame-refused'; readonly from: PeerIndex; readonly offence: Offence }
  | { readonly type: 'timer'; readonly timer: Timer }
  /** A greeted, admitted peer, for whose link one of the two cores has asked. */
  | { readonly type: 'link-up'; readonly peer: PeerIndex; readonly rttMs: Millis }
  | { readonly type: 'link-down'; readonly peer: PeerIndex; readonly cause: LinkDownCause }
  /** Our own loop stood still. */
  | { readonly type: 'stalled'; readonly lagMs: Millis }
  /** Our loop goes round, but our timers have been late by so much on average. */
  | { readonly type: 'lagging'; readonly lagMs: Millis };

/** What became true, for the shell and the application. Past tense. */
export type MeshEvent =
  | {
      readonly type: 'member-joined' | 'member-suspected' | 'member-recovered' | 'member-died' | 'member-left';
      readonly peer: PeerIndex;
      readonly epoch: Epoch;
      readonly incarnation: Incarnation;
    }
  /** The next batch of a log: apply and keep it. The shell does so before `emit` returns. */
  | { readonly type: 'batch-accepted'; readonly from: PeerIndex; readonly batch: BatchMessage }
  /** Every neighbor has said the same digest as ours since it last changed. */
  | { readonly type: 'converged'; readonly afterMs: Millis };

/** Asked of the world. Calls return nothing and never fail; failure comes back as an input. */
export interface Effects {
  send(node: NodeIndex, to: PeerIndex, message: Message): void;
  setTimer(node: NodeIndex, afterMs: Millis, timer: Timer): void;
  connect(node: NodeIndex, peer: PeerIndex): void;
  disconnect(node: NodeIndex, peer: PeerIndex, reason: DisconnectReason): void;
  emit(node: NodeIndex, event: MeshEvent): void;
}

/** One row of the member list, for people. */
export interface MemberView {
  readonly peer: PeerIndex;
  readonly state: MemberState;
  readonly epoch: Epoch;
  readonly incarnation: Incarnation;
  readonly isLinked: boolean;
}
