/** Links inside one process, with latency, loss, cuts and sudden deaths on request. */
export { memoryNetwork } from './network.ts';
export type { MemoryNetwork, MemoryTraffic } from './network.ts';
export type { MemoryNetworkOptions, MemoryTransportOptions } from './options.ts';
export type { Schedule } from './pipe.ts';
