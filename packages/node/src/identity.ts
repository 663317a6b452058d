/** Who this node is: an ed25519 key pair and the names made from it. The secret goes to the transport and the signer only. */
import { signerFromSecret } from '@murmuration/byzantine/schemes';
import { peerIdOf, type PeerId, type Signer } from '@murmuration/protocol';

/** An identity with its secret. Never logged, never sent. */
export interface Identity {
  readonly peer: PeerId;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 32-byte seed. */
  readonly secretKey: Uint8Array;
  readonly signer: Signer;
}

/** The identity of a 32-byte secret. */
export function identityOf(secretKey: Uint8Array): Identity {
  const signer = signerFromSecret(secretKey);
  return { peer: peerIdOf(signer.publicKey), publicKey: signer.publicKey, secretKey, signer };
}
