export { GossipCoordinator } from './coordinator.ts';
export { checkGossipOptions, gossipDefaults, type GossipOptions } from './options.ts';
