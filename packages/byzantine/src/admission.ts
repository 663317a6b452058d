/**
 * Who may be a member (D14). A network is a key: its id is a hash of it, and a member shows the key's signature over its own
 * identity. An open network has no key; its id is fixed, and everybody who can connect belongs to it.
 */
import {
  accept,
  certificateBytes,
  encodeText,
  ignore,
  networkIdBytes,
  reject,
  type Hello,
  type SignatureScheme,
  type Verdict,
} from '@murmuration/protocol';

const networkDomain = encodeText('murmuration/network/1');

/** Which network a node belongs to. */
export interface Network {
  /** 16 bytes; part of every batch and greeting. */
  readonly id: Uint8Array;
  /** The network's ed25519 public key; undefined in an open network. */
  readonly publicKey: Uint8Array | undefined;
}

/** The network of a public key, or the open one. */
export function networkOf(publicKey: Uint8Array | undefined, scheme: Pick<SignatureScheme, 'hash'>): Network {
  const named = new Uint8Array([...networkDomain, ...(publicKey === undefined ? [] : publicKey)]);
  return { id: scheme.hash(named).slice(0, networkIdBytes), publicKey };
}

/** Is the identity a member? Costs a signature check and, several times that, a look at the key; remember the answer. */
export function isMember(network: Network, member: Uint8Array, certificate: Uint8Array, scheme: SignatureScheme): boolean {
  return isCertified(network, member, certificate, scheme) && scheme.isAcceptableKey(member);
}

function isCertified({ publicKey }: Network, member: Uint8Array, certificate: Uint8Array, scheme: SignatureScheme): boolean {
  if (publicKey === undefined) return true;
  return scheme.verify({ publicKey, message: certificateBytes(publicKey, member), signature: certificate });
}

/** Judges a greeting. Another network is a mistake of people, not an offence; a false certificate is one. */
export function judgeHello(network: Network, member: Uint8Array, hello: Hello, scheme: SignatureScheme): Verdict {
  if (!network.id.every((byte, i) => byte === hello.networkId[i])) return ignore('other-network');
  return isMember(network, member, hello.certificate, scheme) ? accept : reject('foreign-certificate');
}
