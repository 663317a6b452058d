/**
 * What makes a protocol version: the bytes of the samples, and the limits that receivers enforce. The digest of both is
 * kept for each version in `versions.json`; nodes that speak one version must agree on it.
 */
import { createHash } from 'node:crypto';
import * as protocol from '@murmuration/protocol';
import type { WireNames } from '@murmuration/protocol';

import { authorPeer, batches, envelopes, hello, messages, networkKey } from './samples.ts';

const { certificateBytes, encodeFrame, encodeHello, signedBytesOf } = protocol;

/** Bytes by the name of what they are. */
export type Encodings = Readonly<Record<string, Uint8Array>>;
/** Bounds by their name in the code. */
export type Limits = Readonly<Record<string, number>>;

/** Every sample, encoded. */
export function encodingsOf(names: WireNames): Encodings {
  const frames = Object.entries(messages).map(([type, sent]) => [`frame ${type}`, encodeFrame(sent, names)] as const);
  return {
    ...Object.fromEntries(frames),
    'frame of all types': encodeFrame(Object.values(messages).flat(), names),
    'frame of nothing': encodeFrame([], names),
    hello: encodeHello(hello),
    'certificate, signed bytes': certificateBytes(networkKey, authorPeer.publicKey),
    ...Object.fromEntries(envelopes.map((envelope, at) => [`batch ${at}, signed bytes`, signedBytesOf(envelope)])),
    ...Object.fromEntries(batches.map((batch, at) => [`batch ${at}`, batch])),
  };
}

/** Every limit of the protocol: the exports that `limits.ts` names `…Max`. */
export function enforcedLimits(): Limits {
  return Object.fromEntries(Object.entries(protocol).flatMap(([name, value]) =>
    name.endsWith('Max') && typeof value === 'number' ? [[name, value]] : []));
}

/** SHA-256, in hex. The order in which names come does not count. */
export function digestOf(encodings: Encodings, limits: Limits): string {
  const lines = [
    ...Object.entries(encodings).map(([name, bytes]) => `${name}: ${Buffer.from(bytes).toString('hex')}`),
    ...Object.entries(limits).map(([name, limit]) => `${name} = ${limit}`),
  ];
  return createHash('sha256').update(lines.toSorted((one, other) => (one < other ? -1 : 1)).join('\n')).digest('hex');
}

const command = 'node --conditions=source test/wire/generate.ts';

/** Digest by protocol version. */
export type Versions = Readonly<Record<string, string>>;

/** What is wrong with a version of this digest, as advice; nothing where it is recorded with the same digest. */
export function versionFault(recorded: Versions, version: number, digest: string): string | undefined {
  const known = recorded[version];
  if (known === digest) return undefined;
  if (known === undefined) return `Protocol version ${version} has no entry in versions.json: run \`${command}\`.`;
  return `The wire has changed, but protocolVersion is still ${version}: two builds would misread each other. ` +
    `Raise protocolVersion in packages/protocol/src/messages.ts to ${version + 1} and add a new entry with ` +
    `\`${command}\`; never change an entry that exists.`;
}
