/** Entry "./schemes": ed25519 for real. Impure: loads `node:crypto`, and native or optional packages when present. */
export { nodeCryptoScheme } from './ed25519.ts';
export { portableScheme } from './ed25519-portable.ts';
export { sodiumScheme } from './ed25519-sodium.ts';
export { generateSecretKey, publicKeyOf, secretKeyBytes, signerFromSecret } from './keys.ts';
export { signatureScheme } from './scheme-choice.ts';
export type { SchemeName, SchemeOptions } from './scheme-choice.ts';
