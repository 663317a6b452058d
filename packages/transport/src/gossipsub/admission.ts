/**
 * Gossipsub's topic validator: whether a foreign message is forwarded and delivered. Gossipsub has checked the
 * signature (StrictSign); the checks here run in order of cost, ours handed in is the last.
 *
 * A rejection costs score only where the author hands the message over itself. Ordinary peers do not know our rules and
 * forward in good faith: whoever could make them pay would cut a bridge off from all of them with one bad message.
 */
import { TopicValidatorResult, type Message, type SignedMessage } from '@libp2p/gossipsub';
import type { PeerId as Libp2pPeerId } from '@libp2p/interface';
import type { PeerId, Verdict } from '@murmuration/protocol';
import { Budget } from './budget.ts';
import type { ResolvedBridgeOptions } from './options.ts';
import type { BridgeRefusalReason, Refusals } from './refusals.ts';
import { reputationMin } from './score.ts';

/** A message of a gossipsub peer whose signature holds. */
export interface ForeignMessage {
  readonly topic: string;
  /** Who signed it. */
  readonly from: PeerId;
  /** Who handed it to us: the author or a forwarder. */
  readonly sender: PeerId;
  /** The payload. Gossipsub forwards the same bytes: do not change them, and copy what is kept for long. */
  readonly bytes: Uint8Array;
}

/** A message that was accepted. */
export interface DeliveredMessage extends ForeignMessage {
  /** Names the message in every bridge, and travels through the mesh with it: 46 bytes (`message-id.ts`). */
  readonly id: Uint8Array;
}

/** Judges for one bridge. */
export class Admission {
  readonly #options: ResolvedBridgeOptions;
  readonly #self: PeerId;
  readonly #refusals: Refusals;
  readonly #budget: Budget;

  constructor(options: ResolvedBridgeOptions, self: PeerId, refusals: Refusals) {
    this.#options = options;
    this.#self = self;
    this.#refusals = refusals;
    this.#budget = new Budget({ messages: options.messagesPerSecondMax, bytes: options.bytesPerSecondMax });
  }

  /** The topic validator. */
  judge(peer: Libp2pPeerId, message: Message): TopicValidatorResult {
    if (!isNamed(message)) return this.#ignore('unknown-author', { sender: peer.toString() as PeerId });
    const foreign = foreignMessage(peer, message);
    const reason = this.#reasonAgainst(foreign);
    if (reason !== undefined) return this.#ignore(reason, foreign);
    return this.#apply(this.#options.validate(foreign), foreign);
  }

  #reasonAgainst({ from, sender, bytes }: ForeignMessage): BridgeRefusalReason | undefined {
    const { reputationOf, messageBytesMax } = this.#options;
    // It was forgotten after `seenTtlMs` and sent again; gossipsub has no check of its own.
    if (from === this.#self) return 'own-message';
    if (bytes.length > messageBytesMax) return 'oversized';
    // Gossipsub's score follows a heartbeat later, and knows the sender only.
    if (!(reputationOf(sender) >= reputationMin && reputationOf(from) >= reputationMin)) return 'low-reputation';
    return this.#budget.take(sender, bytes.length, performance.now()) ? undefined : 'over-budget';
  }

  #apply(verdict: Verdict, message: ForeignMessage): TopicValidatorResult {
    if (verdict.type === 'accept') return TopicValidatorResult.Accept;
    if (verdict.type === 'ignore') return this.#ignore('ignored', message, verdict.reason);
    this.#refusals.add({ ...blame(message), reason: 'rejected', detail: verdict.offence, offence: verdict.offence });
    return message.sender === message.from ? TopicValidatorResult.Reject : TopicValidatorResult.Ignore;
  }

  #ignore(reason: BridgeRefusalReason, message: Blamed, detail: string = reason): TopicValidatorResult {
    this.#refusals.add({ ...blame(message), reason, detail });
    return TopicValidatorResult.Ignore;
  }
}

type Blamed = Partial<ForeignMessage> & Pick<ForeignMessage, 'sender'>;

function blame({ sender, from }: Blamed): { sender: PeerId; author?: PeerId } {
  return from === undefined ? { sender } : { sender, author: from };
}

/** The mesh knows ed25519 identities, and no others (NET10). */
export function isNamed(message: Message): message is SignedMessage {
  return message.type === 'signed' && message.from.type === 'Ed25519';
}

/** As the port shows it. */
export function foreignMessage(sender: Libp2pPeerId, { topic, from, data }: SignedMessage): ForeignMessage {
  // Below TCP it is a Buffer, of which `slice` is no copy.
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { topic, from: from.toString() as PeerId, sender: sender.toString() as PeerId, bytes };
}
