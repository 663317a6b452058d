/** What can go wrong with the world below us. Our state is unchanged after each of them. */
import { MeshError } from '@murmuration/protocol';

/** The codes, each with what it tells beside the message. */
export interface TransportErrorDetails {
  /** The operator's: another program holds the port. */
  'address-in-use': { readonly address: string };
  /** The operator's or the system's: the address cannot be listened on. */
  'listen-failed': { readonly address: string };
  /** The world's: nobody answered at any address. */
  'dial-failed': { readonly attempts: readonly { readonly address: string; readonly reason: string }[] };
  /** The caller's or an attacker's: another identity answered. */
  'wrong-peer': { readonly address: string };
  /** The caller's: the address is our own. */
  'dialed-self': { readonly address: string };
  /** The caller's: `start` has not resolved, or `stop` was called. */
  'not-started': Record<string, never>;
  /** The caller's: more than a bridge carries. */
  'oversized-message': { readonly bytes: number; readonly bytesMax: number };
  /** The caller's: the bridge was not made for this topic. */
  'topic-not-bridged': { readonly topic: string };
  /** The world's: peers take messages slower than they are published. */
  'queue-full': { readonly bytesMax: number };
}

/** A code of `TransportError`. */
export type TransportErrorCode = keyof TransportErrorDetails;

const retryable: ReadonlySet<TransportErrorCode> = new Set<TransportErrorCode>(['dial-failed', 'queue-full']);

/** An operation of a transport failed. `dial-failed` and `queue-full` can succeed when they are tried again. */
export class TransportError<Code extends TransportErrorCode = TransportErrorCode> extends MeshError<TransportErrorDetails, Code> {
  override readonly name = 'TransportError';

  constructor(code: Code, message: string, details: TransportErrorDetails[Code], cause?: unknown) {
    super(code, message, details, { isRetryable: retryable.has(code), cause });
  }
}
