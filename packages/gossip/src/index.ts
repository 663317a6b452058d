export { GossipCoordinator } from './coordinator.ts';
export { pickPartners, type Draw } from './fanout.ts';
export { Frontier, type FrontierOptions } from './frontier.ts';
export { checkGossipOptions, gossipDefaults, type GossipOptions } from './options.ts';
