export { isMember, judgeHello, networkOf, type Network } from './admission.ts';
export { byzantineDefaults, checkByzantineOptions, type ByzantineOptions } from './options.ts';
export { Validator } from './validator.ts';
