/** Units in types: a duration cannot be passed for a wall clock, nor bytes for a ratio. */

declare const unit: unique symbol;
type Measured<Name extends string> = number & { readonly [unit]: Name };

/** Monotonic milliseconds: a point of the shell's monotonic clock, or a duration. May have a fraction. */
export type Millis = Measured<'ms'>;
/** Milliseconds since 1970 by the wall clock. Orders nothing; lives in the hybrid clock and in storage. */
export type WallMillis = Measured<'wall-ms'>;
/** A count of bytes. */
export type Bytes = Measured<'bytes'>;
/** A share between 0 and 1. */
export type Ratio = Measured<'ratio'>;

/** Marks a literal as milliseconds. */
export const millis = (value: number): Millis => value as Millis;
/** Marks a literal as bytes. */
export const bytes = (value: number): Bytes => value as Bytes;
/** Marks a literal as a share. */
export const ratio = (value: number): Ratio => value as Ratio;
