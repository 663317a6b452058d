/**
 * Which scheme a node verifies with. All give the same answers, so the choice is about speed alone; measured p50 of one
 * verification (HOTPATH.md): sodium 35 us, node-crypto 58 us, portable 830 us.
 */
import type { SignatureScheme } from '@murmuration/protocol';
import { nodeCryptoScheme } from './ed25519.ts';
import { portableScheme } from './ed25519-portable.ts';
import { sodiumScheme } from './ed25519-sodium.ts';

/** Names of the schemes, as in `SignatureScheme.name`. */
export type SchemeName = 'node-crypto' | 'sodium' | 'portable';

/** What `signatureScheme` may be asked for. */
export interface SchemeOptions {
  /** Taken if it can be loaded. Default: the fastest that can. */
  readonly prefer?: SchemeName;
}

const schemeOf: Record<SchemeName, () => SignatureScheme | undefined> = {
  sodium: sodiumScheme,
  'node-crypto': nodeCryptoScheme,
  portable: portableScheme,
};

/** Makes the preferred scheme, or the fastest one if that cannot be loaded; `name` tells which it became. */
export function signatureScheme({ prefer = 'sodium' }: SchemeOptions = {}): SignatureScheme {
  return schemeOf[prefer]() ?? sodiumScheme() ?? nodeCryptoScheme();
}
