export * from './transport.ts';
export * from './errors.ts';
