/**
 * Test data: signatures that every scheme must refuse, in the manner of Wycheproof but made here. The crafted ones
 * satisfy the equation times the cofactor, so that only the strict rule stands between them and acceptance.
 */
import { Buffer } from 'node:buffer';
import type { SignedBytes } from '@murmuration/protocol';
import { craft, groupOrder, joinSignature, multipleOfBase, torsionPoints } from './crafted-signature.ts';
import { readLittleEndian } from './little-endian.ts';

/** A signature with what is wrong about it. */
export interface NegativeVector extends SignedBytes {
  readonly name: string;
}

const keyScalar = 0x5eed_0001n;
const commitmentScalar = 0x5eed_0002n;
const message: Uint8Array = Buffer.from('a murmuration turns as one');
/** Valid; most vectors are one step away from it. */
export const honest: SignedBytes = craft({ keyScalar, commitmentScalar, message });
const honestCommitment = honest.signature.subarray(0, 32);
const honestScalar = readLittleEndian(honest.signature.subarray(32));

/**
 * Every 32 bytes that some decoder takes for a point of small order: y in {0, 1, -1, two of order 8}, 0 and 1 also
 * unreduced (p and p + 1), each with both signs of x. Hex.
 */
export const smallOrderEncodings: readonly string[] = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].flatMap((hex) => [hex, withSign(hex)]);

/** Every encoding of a y that is not reduced, p to 2^255 - 1, each with both signs of x. Hex. */
export const unreducedEncodings: readonly string[] = Array.from({ length: 19 }, (_, excess) =>
  `${(0xed + excess).toString(16)}${'ff'.repeat(30)}7f`).flatMap((hex) => [hex, withSign(hex)]);

/** Keys with a part of small order: crafted signatures hold exactly, or only times the cofactor, as k falls. */
export function mixedOrderVectors(): SignedBytes[] {
  return torsionPoints.slice(1).flatMap((torsion) =>
    Array.from({ length: 12 }, (_, i) => craft({
      keyScalar,
      commitmentScalar,
      publicKey: multipleOfBase(keyScalar).add(torsion).toBytes(),
      message: Uint8Array.of(i),
    })));
}

/** All negative vectors. */
export function negativeVectors(): NegativeVector[] {
  return [
    ...smallOrderKeys(), ...badCommitments(), ...badScalars(), ...badLengths(), ...flippedBits(), ...badKeys(),
    ...exchanged(),
  ];
}

function smallOrderKeys(): NegativeVector[] {
  return smallOrderEncodings.flatMap((hex) => {
    const publicKey = fromHex(hex);
    const forged = { keyScalar: 0n, commitmentScalar, publicKey };
    return [
      // k T vanishes for some messages and not for others: forty make sure that both happen for every order.
      ...Array.from({ length: 40 }, (_, i) =>
        ({ name: `key of small order ${hex}, message ${i}`, ...craft({ ...forged, message: Uint8Array.of(i) }) })),
      change(`signature 01 00*63 under key ${hex}`, { publicKey, signature: fromHex(`01${'00'.repeat(63)}`) }),
    ];
  });
}

function badCommitments(): NegativeVector[] {
  const commitmentPoint = multipleOfBase(commitmentScalar);
  return [
    ...smallOrderEncodings.map((hex) => withCommitment(`R of small order ${hex}`, 0n, fromHex(hex))),
    ...unreducedEncodings.map((hex) => withCommitment(`R not reduced ${hex}`, 0n, fromHex(hex))),
    ...torsionPoints.slice(1).map((torsion, i) =>
      withCommitment(`R moved by torsion point ${i + 1}`, commitmentScalar, commitmentPoint.add(torsion).toBytes())),
  ];
}

function withCommitment(name: string, scalar: bigint, commitment: Uint8Array): NegativeVector {
  return { name, ...craft({ keyScalar, commitmentScalar: scalar, commitment, message }) };
}

function badScalars(): NegativeVector[] {
  // S + 15 L still fits into 256 bits.
  const multiples = Array.from({ length: 15 }, (_, i) => BigInt(i + 1));
  return [
    ...multiples.map((n) => withScalar(`S + ${n} L`, honestScalar + n * groupOrder)),
    ...[252n, 253n, 254n, 255n].map((bit) => withScalar(`S with bit ${bit}`, honestScalar | (1n << bit))),
    withScalar('S = 0', 0n),
    withScalar('S = L', groupOrder),
    withScalar('S = L - 1', groupOrder - 1n),
    withScalar('S = -S', groupOrder - honestScalar),
    withScalar('S = 2^256 - 1', 2n ** 256n - 1n),
  ];
}

function withScalar(name: string, scalar: bigint): NegativeVector {
  return change(name, { signature: joinSignature(honestCommitment, scalar) });
}

function badLengths(): NegativeVector[] {
  const { publicKey, signature } = honest;
  return [0, 1, 31, 32, 33, 63].map((length) =>
    change(`signature of ${length} bytes`, { signature: signature.slice(0, length) })).concat(
    [0, 1, 16, 31].map((length) => change(`key of ${length} bytes`, { publicKey: publicKey.slice(0, length) })),
    [1, 32, 64].map((extra) =>
      change(`signature and ${extra} bytes`, { signature: new Uint8Array([...signature, ...new Uint8Array(extra)]) })),
    [1, 32].map((extra) =>
      change(`key and ${extra} bytes`, { publicKey: new Uint8Array([...publicKey, ...new Uint8Array(extra)]) })),
    change('nothing at all', { publicKey: new Uint8Array(0), signature: new Uint8Array(0) }),
  );
}

/** One bit of every byte, another one from byte to byte, and all bits of the highest bytes of A, R and S. */
function flippedBits(): NegativeVector[] {
  const bits = [0, 1, 2, 3, 4, 5, 6, 7];
  return [
    ...honest.publicKey.keys().map((at) => flip('publicKey', at, at % 8)),
    ...honest.message.keys().map((at) => flip('message', at, at % 8)),
    ...honest.signature.keys().map((at) => flip('signature', at, at % 8)),
    ...bits.flatMap((bit) => [flip('publicKey', 31, bit), flip('signature', 31, bit), flip('signature', 63, bit)]),
  ];
}

function flip(field: keyof SignedBytes, at: number, bit: number): NegativeVector {
  const flipped = honest[field].map((byte, i) => (i === at ? byte ^ (1 << bit) : byte));
  return change(`${field}, bit ${bit} of byte ${at}`, { [field]: flipped });
}

function badKeys(): NegativeVector[] {
  return [
    ...unreducedEncodings.map((hex) => change(`key not reduced ${hex}`, { publicKey: fromHex(hex) })),
    // y = 2 belongs to no x.
    change('key off the curve', { publicKey: fromHex(`02${'00'.repeat(31)}`) }),
    change('key of ones', { publicKey: new Uint8Array(32).fill(0xff) }),
    change('the negated key', { publicKey: multipleOfBase(keyScalar).negate().toBytes() }),
    change('a foreign key', { publicKey: multipleOfBase(keyScalar + 1n).toBytes() }),
  ];
}

function exchanged(): NegativeVector[] {
  return [
    change('the empty message instead', { message: new Uint8Array(0) }),
    change('the message and a zero', { message: new Uint8Array([...message, 0]) }),
    change('S before R', { signature: new Uint8Array([...honest.signature.slice(32), ...honestCommitment]) }),
    change('signature of zeros', { signature: new Uint8Array(64) }),
    change('signature of ones', { signature: new Uint8Array(64).fill(0xff) }),
    change('R of the key', { signature: joinSignature(honest.publicKey, honestScalar) }),
  ];
}

function change(name: string, changes: Partial<SignedBytes>): NegativeVector {
  return { name, ...honest, ...changes };
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** The same y with the sign bit of x. */
function withSign(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  bytes[31] = (bytes[31] as number) | 0x80;
  return bytes.toString('hex');
}
