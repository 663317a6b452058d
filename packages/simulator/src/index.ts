/** The simulator: scenarios over the daemon's own protocol code, and reports of their results. */
export * from './oracles.ts';
export * from './parameters.ts';
export * from './report/csv.ts';
export * from './report/figures.ts';
export * from './report/html.ts';
export * from './report/measures.ts';
export * from './report/text.ts';
export * from './scenario.ts';
export * from './scenarios.ts';
export * from './seeds/seed-plan.ts';
export * from './seeds/seed-run.ts';
export * from './seeds/seeds.ts';
