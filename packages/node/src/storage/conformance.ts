/**
 * What every `Storage` must do, as data: a test runner names and runs the cases. `open` gives the storage of one place;
 * to call it again is to restart there, with or without a `close` before.
 */
import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual, throws } from 'node:assert/strict';
import { addressBytesMax, addressesPerPeerMax, batchBytesMax } from '@murmuration/protocol';
import type { LogRecord, Storage } from './ports.ts';

/** One truth about storages. `run` rejects where it does not hold. */
export interface StorageTruth {
  readonly name: string;
  run(open: () => Promise<Storage>): Promise<void>;
}

type Open = () => Promise<Storage>;

const secret = (first: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, index) => first + index);
const batch = (...bytes: number[]): LogRecord => ({ type: 'batch', bytes: Uint8Array.from(bytes) });
const peer = (...addresses: string[]): LogRecord =>
  ({ type: 'peer', introduction: { publicKey: secret(1), certificate: new Uint8Array(64).fill(7), addresses } });

/** Restarts, reads the log and closes it again. */
async function recordsAt(open: Open): Promise<readonly LogRecord[]> {
  const { log } = await open();
  const { records, damagedBytes } = await log.load();
  strictEqual(damagedBytes, 0);
  await log.close();
  return records;
}

async function writeAndClose(open: Open, records: readonly LogRecord[]): Promise<void> {
  const { log } = await open();
  await log.load();
  for (const record of records) log.append(record);
  await log.close();
}

const logTruths: readonly StorageTruth[] = [
  {
    name: 'a new log is empty and undamaged',
    run: async (open) => {
      const { log } = await open();
      deepStrictEqual(await log.load(), { records: [], damagedBytes: 0 });
      await log.close();
    },
  },
  {
    name: 'records are there after a restart, whole and in order',
    run: async (open) => {
      const manyAddresses = Array.from({ length: addressesPerPeerMax }, (_, index) => `/dns4/höst-${index}/tcp/1`);
      const peers = [peer('/ip4/127.0.0.1/udp/1/quic-v1'), peer(), peer(...manyAddresses)];
      const records = [batch(1, 2, 3), ...peers, batch(), batch(4), peer()];
      await writeAndClose(open, records);
      deepStrictEqual(await recordsAt(open), records);
    },
  },
  {
    name: 'what was synced is there after a restart without a close',
    run: async (open) => {
      const { log } = await open();
      await log.load();
      log.append(batch(1));
      await log.sync();
      deepStrictEqual(await recordsAt(open), [batch(1)]);
      await log.close();
    },
  },
  {
    name: 'a log grows over restarts',
    run: async (open) => {
      for (const value of [1, 2, 3]) await writeAndClose(open, [batch(value)]);
      deepStrictEqual(await recordsAt(open), [batch(1), batch(2), batch(3)]);
    },
  },
  {
    name: 'concurrent syncs between appends all resolve, and the order stays',
    run: async (open) => {
      const { log } = await open();
      await log.load();
      const records = Array.from({ length: 500 }, (_, index) => batch(index % 256, index >> 8));
      const syncs: Promise<void>[] = [];
      for (const [index, record] of records.entries()) {
        log.append(record);
        if (index % 10 === 9) syncs.push(log.sync());
        // Some come in the same turn, others while writes and syncs are under way.
        if (index % 50 === 49) await syncs[0];
      }
      await Promise.all(syncs);
      deepStrictEqual(await recordsAt(open), records);
      await log.close();
    },
  },
  {
    name: 'a record is copied when it is appended and when it is loaded',
    run: async (open) => {
      const bytes = Uint8Array.of(1, 2, 3);
      const { log } = await open();
      await log.load();
      log.append({ type: 'batch', bytes });
      bytes.fill(9);
      await log.close();
      const [loaded] = await recordsAt(open);
      deepStrictEqual(loaded, batch(1, 2, 3));
      if (loaded?.type === 'batch') loaded.bytes.fill(9);
      deepStrictEqual(await recordsAt(open), [batch(1, 2, 3)]);
    },
  },
  {
    name: 'the largest batch fits; what could not be read back is a bug of the caller and leaves the log as it was',
    run: async (open) => {
      const largest: LogRecord = { type: 'batch', bytes: new Uint8Array(batchBytesMax).fill(5) };
      const { log } = await open();
      await log.load();
      log.append(largest);
      throws(() => log.append({ type: 'batch', bytes: new Uint8Array(batchBytesMax + 1) }), /murmuration bug/);
      const tooMany = Array.from({ length: addressesPerPeerMax + 1 }, () => '/ip4/1.1.1.1');
      throws(() => log.append(peer(...tooMany)), /murmuration bug/);
      throws(() => log.append(peer('x'.repeat(addressBytesMax + 1))), /murmuration bug/);
      await log.close();
      deepStrictEqual(await recordsAt(open), [largest]);
    },
  },
  {
    name: 'syncs without news resolve, and a close is idempotent',
    run: async (open) => {
      const { log } = await open();
      await log.load();
      await log.sync();
      await Promise.all([log.close(), log.close()]);
      await log.close();
      await log.sync();
    },
  },
  {
    name: 'to append before load or after close is a bug of the caller',
    run: async (open) => {
      const { log } = await open();
      throws(() => log.append(batch(1)), /murmuration bug/);
      await log.load();
      await log.close();
      throws(() => log.append(batch(1)), /murmuration bug/);
      deepStrictEqual(await recordsAt(open), []);
    },
  },
];

const identityTruths: readonly StorageTruth[] = [
  {
    name: 'the secret is made once and stays the same over restarts',
    run: async (open) => {
      const first = await (await open()).identity.secretKey(() => secret(1));
      deepStrictEqual(first, secret(1));
      const again = async (): Promise<Uint8Array> => (await open()).identity.secretKey(() => secret(2));
      deepStrictEqual(await again(), secret(1));
      deepStrictEqual(await again(), secret(1));
    },
  },
  {
    name: 'the stored secret is out of reach of its callers',
    run: async (open) => {
      const made = secret(1);
      const { identity } = await open();
      const given = await identity.secretKey(() => made);
      made.fill(0);
      given.fill(0);
      deepStrictEqual(await identity.secretKey(() => secret(2)), secret(1));
    },
  },
  {
    name: 'concurrent callers get the same secret',
    run: async (open) => {
      const [one, other] = [await open(), await open()];
      const secrets = await Promise.all([1, 2, 3, 4].map((first) =>
        (first % 2 === 0 ? one : other).identity.secretKey(() => secret(first))));
      for (const found of secrets) deepStrictEqual(found, secrets[0]);
      notDeepStrictEqual(secrets[0], new Uint8Array(32));
    },
  },
  {
    name: 'a secret that has not 32 bytes is a bug of the caller and is not stored',
    run: async (open) => {
      const { identity } = await open();
      await rejects(identity.secretKey(() => new Uint8Array(31)), /murmuration bug/);
      deepStrictEqual(await identity.secretKey(() => secret(3)), secret(3));
    },
  },
  {
    name: 'the epoch rises at every start, and to the floor at least',
    run: async (open) => {
      const raise = async (floor: number): Promise<number> => (await open()).identity.nextEpoch(floor);
      deepStrictEqual([await raise(0), await raise(0), await raise(0)], [1, 2, 3]);
      deepStrictEqual([await raise(1000), await raise(1000), await raise(5)], [1000, 1001, 1002]);
    },
  },
  {
    name: 'concurrent raises give different epochs',
    run: async (open) => {
      const { identity } = await open();
      const epochs = await Promise.all(Array.from({ length: 10 }, () => identity.nextEpoch(7)));
      strictEqual(new Set(epochs).size, 10);
      ok(Math.min(...epochs) === 7 && Math.max(...epochs) === 16);
      strictEqual(await (await open()).identity.nextEpoch(0), 17);
    },
  },
];

/** All truths, for any implementation. */
export const storageConformance: readonly StorageTruth[] = [...logTruths, ...identityTruths];
