/**
 * The greeting: the first frame on every link, in both directions. The transport has proven the sender's key; the greeting
 * proves that the network admitted that key, and tells where the sender can be dialed. Until it is judged nothing else counts.
 */
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { networkIdBytes } from './envelope.ts';
import { readAddresses, writeAddresses } from './introduction.ts';
import { helloBytesMax } from './limits.ts';
import { protocolVersion } from './messages.ts';
import { publicKeyBytes, signatureBytes } from './signature-scheme.ts';
import { encodeText } from './text.ts';

/** What a node says first. */
export interface Hello {
  readonly networkId: Uint8Array;
  /** The network's signature over our identity (`certificateBytes`), 64 bytes; zeros in an open network. */
  readonly certificate: Uint8Array;
  readonly addresses: readonly string[];
}

/** A greeting, or why it is none. */
export type DecodedHello =
  | { readonly type: 'hello'; readonly hello: Hello }
  | { readonly type: 'malformed' }
  | { readonly type: 'other-version'; readonly version: number };

/** `mmhi`: a greeting is never taken for a frame of messages. */
const magic = 0x69_68_6d_6d;
const certificateDomain = encodeText('murmuration/member/1');

/** The certificate of an open network. */
export const noCertificate: Uint8Array = new Uint8Array(signatureBytes);

/** What the network's key signs to admit a member: a domain, the network's public key, the member's public key. */
export function certificateBytes(networkKey: Uint8Array, member: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(certificateDomain.length + 2 * publicKeyBytes);
  bytes.set(certificateDomain);
  bytes.set(networkKey, certificateDomain.length);
  bytes.set(member, certificateDomain.length + publicKeyBytes);
  return bytes;
}

/** The frame of a greeting. */
export function encodeHello({ networkId, certificate, addresses }: Hello): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.u8(protocolVersion);
  writer.u32(magic);
  writer.bytes(networkId);
  writer.bytes(certificate);
  writeAddresses(writer, addresses);
  return writer.finish();
}

/** Reads a greeting. The arrays are views of the frame. */
export function decodeHello(frame: Uint8Array): DecodedHello {
  if (frame.length > helloBytesMax) return { type: 'malformed' };
  const reader = new ByteReader(frame);
  const version = reader.u8();
  if (reader.u32() !== magic) return { type: 'malformed' };
  if (version !== protocolVersion) return { type: 'other-version', version };
  const hello = {
    networkId: reader.bytes(networkIdBytes),
    certificate: reader.bytes(signatureBytes),
    addresses: readAddresses(reader),
  };
  return reader.isComplete ? { type: 'hello', hello } : { type: 'malformed' };
}
