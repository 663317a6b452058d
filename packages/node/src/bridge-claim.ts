/**
 * How a member claims a bridge to gossipsub: a register for each topic, with the bridge's key, the epoch of the start, and the bridge's
 * signature over network, member, epoch and topic. Without it a member could claim the key of a foreign peer, and so silence it.
 */
import { encodeText, peerIdOf, publicKeyBytes, publicKeyOfPeerId, signatureBytes, type PeerId, type Signer } from '@murmuration/protocol';

/** The registers of claims; the topic follows. */
export const claimKeyPrefix = 'mesh/gossipsub/';
const domain = encodeText('murmuration gossipsub bridge');
const epochBytes = 4;
const claimBytes: number = publicKeyBytes + epochBytes + signatureBytes;

/** What is claimed. */
export interface ClaimTerms {
  readonly networkId: Uint8Array;
  readonly member: PeerId;
  readonly topic: string;
}

/** A claim whose signature holds. */
export interface BridgeClaim {
  readonly bridge: PeerId;
  /** The start of its member in which it was made. */
  readonly epoch: number;
}

/** The register's value. */
export function makeClaim(terms: ClaimTerms, epoch: number, bridge: Signer): Uint8Array {
  return Buffer.concat([bridge.publicKey, wordOf(epoch), bridge.sign(signedBytes(terms, epoch))]);
}

/** Undefined where the value claims nothing, or falsely. */
export function readClaim(
  terms: ClaimTerms, value: Uint8Array, verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean,
): BridgeClaim | undefined {
  if (value.length !== claimBytes) return undefined;
  const publicKey = value.subarray(0, publicKeyBytes);
  const epoch = new DataView(value.buffer, value.byteOffset).getUint32(publicKeyBytes);
  const signature = value.subarray(publicKeyBytes + epochBytes);
  return verify(publicKey, signedBytes(terms, epoch), signature) ? { bridge: peerIdOf(publicKey), epoch } : undefined;
}

/** Only the topic has no length of its own, and it is the last. */
function signedBytes({ networkId, member, topic }: ClaimTerms, epoch: number): Uint8Array {
  return Buffer.concat([domain, networkId, publicKeyOfPeerId(member) ?? new Uint8Array(), wordOf(epoch), encodeText(topic)]);
}

function wordOf(value: number): Uint8Array {
  const bytes = new Uint8Array(epochBytes);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
