/**
 * The first frame of each direction of a link: which process is speaking, and its how many-eth hello this is. It makes
 * "which of two links is the living one" exact, without a clock. The dialer speaks first, and only while it holds no
 * link to that peer. So a hello of the same process with a higher number than that of our link proves that the peer has
 * lost our link; and another process proves that the old one is gone.
 */

const instanceBytes = 16;
export const helloBytes: number = instanceBytes + 4;

/** What one end says of itself. */
export interface Hello {
  /** Random, drawn at each start of a transport; hexadecimal. */
  readonly instance: string;
  /** Rises with each hello of that process, whoever it is for. */
  readonly number: number;
}

/** The bytes of a hello frame. */
export function encodeHello({ instance, number }: Hello): Uint8Array {
  const bytes = Buffer.alloc(helloBytes);
  bytes.write(instance, 'hex');
  bytes.writeUInt32LE(number, instanceBytes);
  return bytes;
}

/** Undefined if the frame is no hello. */
export function decodeHello(frame: Uint8Array): Hello | undefined {
  if (frame.length !== helloBytes) return undefined;
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  return { instance: bytes.toString('hex', 0, instanceBytes), number: bytes.readUInt32LE(instanceBytes) };
}

/** True if `offered` proves that the link which brought `held` is dead at the other end. */
export function supersedes(offered: Hello, held: Hello): boolean {
  return offered.instance !== held.instance || offered.number > held.number;
}
