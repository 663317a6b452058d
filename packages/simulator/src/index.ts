/** The simulator: scenarios over the daemon's own protocol code. */
export * from './scenario.ts';
