/**
 * Who somebody is, as it travels: key, certificate, addresses. Whoever hands on what a peer wrote or says of a peer introduces
 * that peer, so that the receiver can check and dial it without asking. Senders keep these bytes, for they are sent often.
 */
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { addressBytesMax, addressesPerPeerMax, introductionsPerFrameMax } from './limits.ts';
import { publicKeyBytes, signatureBytes } from './signature-scheme.ts';
import type { PeerIntroduction } from './wire-names.ts';

/** Some dozen introductions share one buffer: they are kept for as long as their peers are known. */
const paper = new ByteWriter(8 * 1024);

/** The bytes of an introduction: key 32, certificate 64, addresses. */
export function encodeIntroduction({ publicKey, certificate, addresses }: PeerIntroduction): Uint8Array<ArrayBuffer> {
  paper.bytes(publicKey);
  paper.bytes(certificate);
  writeAddresses(paper, addresses);
  return paper.take();
}

/** Reads one introduction and nothing else. The key and the certificate are views of the bytes. */
export function decodeIntroduction(bytes: Uint8Array): PeerIntroduction | undefined {
  const reader = new ByteReader(bytes);
  const introduction = readIntroduction(reader);
  return reader.isComplete ? introduction : undefined;
}

export function readIntroduction(reader: ByteReader): PeerIntroduction {
  return {
    publicKey: reader.bytes(publicKeyBytes),
    certificate: reader.bytes(signatureBytes),
    addresses: readAddresses(reader),
  };
}

/** The peers that a message introduces: at least one. */
export function readIntroductions(reader: ByteReader): PeerIntroduction[] {
  const count = reader.count16(introductionsPerFrameMax);
  if (count === 0) reader.fail();
  const introductions: PeerIntroduction[] = [];
  for (let i = 0; i < count && !reader.failed; i++) introductions.push(readIntroduction(reader));
  return introductions;
}

/** Addresses of one peer: a count and texts. Shared with the greeting. */
export function writeAddresses(writer: ByteWriter, addresses: readonly string[]): void {
  writer.u8(addresses.length);
  for (const address of addresses) writer.text16(address);
}

export function readAddresses(reader: ByteReader): string[] {
  const count = reader.u8();
  if (count > addressesPerPeerMax) reader.fail();
  const addresses: string[] = [];
  for (let i = 0; i < count && !reader.failed; i++) addresses.push(reader.text16(addressBytesMax));
  return addresses;
}
