/** What a node stands on before it lives: its store, its identity, the epoch of this start, and its place in a network. */
import { networkOf, type Network } from '@murmuration/mesh';
import { generateSecretKey, signerFromSecret } from '@murmuration/byzantine/schemes';
import { certificateBytes, noCertificate, type Epoch } from '@murmuration/protocol';
import { systemClock, type Clock } from './clock.ts';
import { identityOf, type Identity } from './identity.ts';
import type { ResolvedOptions } from './resolve-options.ts';
import { openLockedStorage } from './storage/locked.ts';
import { forgetfulStorage } from './storage/forgetful.ts';
import type { LogContents, Storage } from './storage/ports.ts';

export interface Foundation {
  readonly clock: Clock;
  readonly storage: Storage;
  readonly identity: Identity;
  readonly epoch: Epoch;
  /** What the store remembers of the mesh. */
  readonly past: LogContents;
  readonly network: Network;
  /** The network's signature over our identity. */
  readonly certificate: Uint8Array;
}

/** 2020-01-01: an epoch is at least the seconds since then, so that even a restored backup of the epoch file begins a new one. */
const epochZeroMs = 1_577_836_800_000;

/** Opens the store and reads it. Rejects with `unsafe-file`, `directory-in-use` or `storage-failed`, and leaves nothing open then. */
export async function layFoundation(options: ResolvedOptions): Promise<Foundation> {
  const { dataDirectory, directoryLock } = options;
  const storage = dataDirectory === undefined ? forgetfulStorage() : await openLockedStorage(dataDirectory, directoryLock);
  try {
    return await read(storage, options);
  } catch (error) {
    await storage.close().catch(() => undefined);
    throw error;
  }
}

async function read(storage: Storage, options: ResolvedOptions): Promise<Foundation> {
  const clock = systemClock;
  const identity = identityOf(await storage.identity.secretKey(generateSecretKey));
  // A clock that was never set says 1970; the epoch file alone decides then.
  const epochFloor = Math.max(0, Math.floor((clock.wallNow() - epochZeroMs) / 1_000));
  const epoch = (await storage.identity.nextEpoch(epochFloor)) as Epoch;
  const past = await storage.log.load();
  return { clock, storage, identity, epoch, past, ...admission(options, identity) };
}

/** Who holds the network's secret certifies itself. */
function admission(
  { networkSecret, scheme }: ResolvedOptions,
  identity: Identity,
): Pick<Foundation, 'network' | 'certificate'> {
  if (networkSecret === undefined) return { network: networkOf(undefined, scheme), certificate: noCertificate };
  const signer = signerFromSecret(networkSecret);
  const certificate = signer.sign(certificateBytes(signer.publicKey, identity.publicKey));
  return { network: networkOf(signer.publicKey, scheme), certificate };
}
