/** The door to ordinary libp2p gossipsub peers: topics of the mesh that Go, Rust and JavaScript peers share (D4). */
export { gossipsubBridge } from './bridge.ts';
export type { BridgeHealth, GossipsubBridge, Published, PublishOptions } from './bridge.ts';
export type { DeliveredMessage, ForeignMessage } from './admission.ts';
export { isMessageId } from './message-id.ts';
export type { GossipsubBridgeOptions } from './options.ts';
export type { BridgeRefusal, BridgeRefusalReason } from './refusals.ts';
export type { KeptPeer } from './keeper.ts';
export { applicationScore } from './score.ts';
