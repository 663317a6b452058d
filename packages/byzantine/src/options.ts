/** Options of the validator, with where each default comes from. */
import { millis, OptionCheck, type Millis } from '@murmuration/protocol';

/** Complete options. */
export interface ByzantineOptions {
  /** How long a peer is not listened to after an offence. */
  readonly banMs: Millis;
  /** How long a peer whose ban is over takes to stand as high as one who did nothing. */
  readonly recoverMs: Millis;
  /** Peers banned or recovering at one time; the oldest ban gives way. */
  readonly bansMax: number;
}

export const byzantineDefaults: ByzantineOptions = Object.freeze({
  // Guess: long enough that repeating costs the offender more than us, short enough that a mended peer is back in a minute.
  banMs: millis(30_000),
  // Guess: ten bans. Who offends again within that time has never been relied on fully.
  recoverMs: millis(300_000),
  // Guess: a ban is for a linked peer, and links are about as many.
  bansMax: 32,
});

/** Violations of the rules of the options. */
export function checkByzantineOptions(options: ByzantineOptions): OptionCheck {
  return new OptionCheck('byzantine')
    .number('banMs', options.banMs, 0, 86_400_000)
    .number('recoverMs', options.recoverMs, 1, 86_400_000)
    .integer('bansMax', options.bansMax, 1, 4_096);
}
