export { Membership } from './membership.ts';
export { checkPeerRegistryOptions, peerRegistryDefaults, type PeerRegistryOptions } from './options.ts';
export { precedence, sameIncarnation, type HeldState, type Precedence } from './precedence.ts';
