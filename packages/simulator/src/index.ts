/** The simulator: scenarios over the daemon's own protocol code. */
export * from './oracles.ts';
export * from './parameters.ts';
export * from './scenario.ts';
export * from './scenarios.ts';
