/** Base58 in Bitcoin's alphabet: the text form of identities, so that they read the same here and in every libp2p tool. */

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const valueOf = new Map(Array.from(alphabet, (symbol, value) => [symbol, value]));

/** Text of the bytes, most significant first; each leading zero byte is a leading `1`. */
export function encodeBase58(bytes: Uint8Array): string {
  const digits: number[] = [];
  for (const byte of bytes) carryInto(digits, byte, 256, 58);
  return '1'.repeat(leadingZeros(bytes)) + digits.toReversed().map((digit) => alphabet[digit]).join('');
}

/** The bytes, or undefined where a character is not of the alphabet. Quadratic: the caller bounds the length. */
export function decodeBase58(text: string): Uint8Array | undefined {
  const digits: number[] = [];
  let zeros = 0;
  for (const symbol of text) {
    const value = valueOf.get(symbol);
    if (value === undefined) return undefined;
    if (value === 0 && digits.length === 0) zeros++;
    else carryInto(digits, value, 58, 256);
  }
  return Uint8Array.from([...Array.from({ length: zeros }, () => 0), ...digits.toReversed()]);
}

/** digits (least significant first, in base `to`) = digits · from + value. */
function carryInto(digits: number[], value: number, from: number, to: number): void {
  let carry = value;
  for (let i = 0; i < digits.length; i++) {
    carry += (digits[i] as number) * from;
    digits[i] = carry % to;
    carry = Math.floor(carry / to);
  }
  for (; carry > 0; carry = Math.floor(carry / to)) digits.push(carry % to);
}

function leadingZeros(bytes: Uint8Array): number {
  let count = 0;
  while (count < bytes.length && bytes[count] === 0) count++;
  return count;
}
