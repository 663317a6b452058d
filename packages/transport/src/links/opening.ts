/**
 * The first frame of each direction of a link: which process is speaking, and a number that rises with each opening it
 * sends. It makes "which of two links is the living one" exact, without a clock. The dialer speaks first, and only
 * while it holds no link to that peer: so an opening of the same process with a higher number than that of our link
 * proves that the peer has lost our link, and an opening of another process proves that the old one is gone.
 */
import { randomBytes } from 'node:crypto';

const instanceBytes = 16;
export const openingBytes: number = instanceBytes + 4;

/** What one end says of itself. */
export interface Opening {
  /** Random, drawn at each start of a transport; hexadecimal. */
  readonly instance: string;
  /** Rises with each opening of that process, whoever it is for. */
  readonly number: number;
}

/** For one start of a transport. */
export function newInstance(): string {
  return randomBytes(instanceBytes).toString('hex');
}

/** The bytes of an opening frame. */
export function encodeOpening({ instance, number }: Opening): Uint8Array {
  const bytes = Buffer.alloc(openingBytes);
  bytes.write(instance, 'hex');
  bytes.writeUInt32LE(number, instanceBytes);
  return bytes;
}

/** Undefined if the frame is no opening. */
export function decodeOpening(frame: Uint8Array): Opening | undefined {
  if (frame.length !== openingBytes) return undefined;
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  return { instance: bytes.toString('hex', 0, instanceBytes), number: bytes.readUInt32LE(instanceBytes) };
}

/** True if `offered` proves that the link which brought `held` is dead at the other end. */
export function supersedes(offered: Opening, held: Opening): boolean {
  return offered.instance !== held.instance || offered.number > held.number;
}
