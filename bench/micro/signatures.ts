/**
 * What one signature costs: sign and verify 200 bytes with each scheme that can be loaded. Verification is the code
 * that the daemon runs, strict checks included; a node signs with `node-crypto`, the other two sign here as the library
 * does. Times are nanoseconds per call; a batch of n updates costs one call, so the cost per update is a division.
 *
 *   node bench/micro/signatures.ts [--small] [--json]
 */
import { createHash, hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { do_not_optimize as consume, measure } from 'mitata';
import * as noble from '@noble/ed25519';
import {
  nodeCryptoScheme, portableScheme, publicKeyOf, signerFromSecret, sodiumScheme,
} from '@murmuration/byzantine/schemes';
import type { SignatureScheme, SignedBytes } from '@murmuration/protocol';

/** Percentiles of one operation, in nanoseconds per call. */
export interface Row {
  readonly scheme: string;
  readonly operation: 'sign' | 'verify';
  readonly p25: number;
  readonly p50: number;
  readonly p99: number;
}

/** What a run prints with `--json`. */
export interface Result {
  readonly bench: 'signatures';
  readonly node: string;
  readonly machine: string;
  readonly seed: string;
  readonly messageBytes: number;
  /** Updates per signature. */
  readonly batchSize: 1;
  readonly inputs: number;
  /** Hash over all signatures and verdicts, the same for every scheme and on every machine. */
  readonly resultHash: string;
  readonly rows: readonly Row[];
}

interface Size {
  readonly inputs: number;
  readonly runs: number;
  /** CPU time of one run, in nanoseconds. */
  readonly runNs: number;
}

interface Contender {
  readonly scheme: SignatureScheme;
  /** Makes the function that signs with a secret key. */
  readonly signerOf: (secretKey: Uint8Array) => (message: Uint8Array) => Uint8Array;
}

interface Sodium {
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretAndPublicKey: Uint8Array): void;
}

const seed = 'signatures-1';
const messageBytes = 200;
// 1,024 inputs: more than branch predictors learn (HOTPATH.md, section 5). Five runs: their median counts.
const fullSize: Size = { inputs: 1024, runs: 5, runNs: 300e6 };
const smallSize: Size = { inputs: 16, runs: 1, runNs: 1e6 };

/** Measures every scheme that can be loaded. Throws if two of them differ in a signature or a verdict. */
export async function run({ small = false }: { readonly small?: boolean } = {}): Promise<Result> {
  const size = small ? smallSize : fullSize;
  const rows: Row[] = [];
  const resultHashes = new Set<string>();
  for (const contender of contenders()) {
    const { signed, sign } = prepare(contender, size.inputs);
    resultHashes.add(resultHash(contender.scheme, signed));
    rows.push(await row(contender.scheme.name, 'sign', size, sign));
    rows.push(await row(contender.scheme.name, 'verify', size, (i) =>
      contender.scheme.verify(signed[i] as SignedBytes)));
  }
  if (resultHashes.size !== 1) throw new Error('the schemes differ in a signature or a verdict');
  const [common] = resultHashes;
  return {
    bench: 'signatures', node: process.version, machine: cpus()[0]?.model ?? 'unknown', seed, messageBytes,
    batchSize: 1, inputs: size.inputs, resultHash: common as string, rows,
  };
}

function contenders(): Contender[] {
  const sodium = sodiumScheme();
  const portable = portableScheme();
  return [
    { scheme: nodeCryptoScheme(), signerOf: (secretKey) => signerFromSecret(secretKey).sign },
    ...(sodium ? [{ scheme: sodium, signerOf: sodiumSigner }] : []),
    ...(portable ? [{ scheme: portable, signerOf: nobleSigner }] : []),
  ];
}

function sodiumSigner(secretKey: Uint8Array): (message: Uint8Array) => Uint8Array {
  const sodium = createRequire(import.meta.url)('sodium-native') as Sodium;
  const both = Buffer.concat([secretKey, publicKeyOf(secretKey)]);
  return (message) => {
    const signature = new Uint8Array(64);
    sodium.crypto_sign_detached(signature, message, both);
    return signature;
  };
}

function nobleSigner(secretKey: Uint8Array): (message: Uint8Array) => Uint8Array {
  noble.hashes.sha512 = (message) => new Uint8Array(createHash('sha512').update(message).digest());
  return (message) => noble.sign(message, secretKey);
}

/** Every input has its own key and message, drawn by hash from the seed. */
function prepare({ signerOf }: Contender, inputs: number): {
  readonly signed: readonly SignedBytes[];
  readonly sign: (i: number) => Uint8Array;
} {
  const secretKeys = Array.from({ length: inputs }, (_, i) => draw(`key ${i}`, 32));
  const messages = Array.from({ length: inputs }, (_, i) => draw(`message ${i}`, messageBytes));
  const signers = secretKeys.map(signerOf);
  const sign = (i: number): Uint8Array => signers[i]!(messages[i]!);
  const signed = messages.map((message, i) =>
    ({ publicKey: publicKeyOf(secretKeys[i]!), message, signature: sign(i) }));
  return { signed, sign };
}

function draw(name: string, length: number): Uint8Array {
  return new Uint8Array(createHash('shake256', { outputLength: length }).update(`${seed} ${name}`).digest());
}

/** Half of the verdicts are about a signature of another message, so that a scheme that says yes to all is seen. */
function resultHash(scheme: SignatureScheme, signed: readonly SignedBytes[]): string {
  const verdicts = signed.flatMap((input, i) =>
    [scheme.verify(input), scheme.verify({ ...input, message: signed[(i + 1) % signed.length]!.message })]);
  const expected = signed.flatMap(() => [true, false]);
  if (verdicts.join() !== expected.join()) throw new Error(`${scheme.name} gave a wrong verdict`);
  return hash('sha256', Buffer.concat(signed.map(({ signature }) => signature)));
}

async function row(
  scheme: string, operation: Row['operation'], size: Size, call: (i: number) => unknown,
): Promise<Row> {
  const runs: Awaited<ReturnType<typeof measure>>[] = [];
  for (let i = 0; i < size.runs; i += 1) {
    let next = 0;
    runs.push(await measure(() => {
      consume(call(next));
      next = next + 1 === size.inputs ? 0 : next + 1;
      // No batches: a percentile is one of single calls, and a call costs hundreds of clock reads.
    }, { min_cpu_time: size.runNs, batch_threshold: 0 }));
  }
  const [p25, p50, p99] = (['p25', 'p50', 'p99'] as const).map((name) => median(runs.map((stats) => stats[name])));
  return { scheme, operation, p25: p25!, p50: p50!, p99: p99! };
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[values.length >> 1]!);
}

function table({ rows, machine, node, inputs, resultHash: hashed }: Result): string {
  return [
    `ed25519, ${messageBytes} B, batch size 1, ns per call, ${inputs} inputs; ${machine}, Node ${node}`,
    line(['scheme', 'operation', 'p25', 'p50', 'p99']),
    ...rows.map(({ scheme, operation, p25, p50, p99 }) => line([scheme, operation, p25, p50, p99])),
    `result ${hashed}`,
  ].join('\n');
}

function line(cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(12)).join('');
}

if (import.meta.main) {
  const result = await run({ small: process.argv.includes('--small') });
  process.stdout.write(`${process.argv.includes('--json') ? JSON.stringify(result) : table(result)}\n`);
}
