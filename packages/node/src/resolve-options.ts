/** From what people give to the complete, checked options of a node. */
import { signatureScheme } from '@murmuration/byzantine/schemes';
import { resolveMeshOptions, type MeshOptions } from '@murmuration/mesh';
import {
  MeshError, OptionCheck, silentObserver, throwViolations, updatesPerBatchMax, type Observer, type SignatureScheme,
} from '@murmuration/protocol';
import { resolveMessageLogOptions, type MessageLogOptions } from '@murmuration/state';
import type { MeshNodeOptions } from './options.ts';
import type { DirectoryLock } from './storage/directory-lock.ts';
import { isLabel } from './presence.ts';

/** Complete options; nobody inside asks for defaults again. */
export interface ResolvedOptions {
  readonly transport: MeshNodeOptions['transport'];
  readonly dataDirectory: string | undefined;
  readonly directoryLock: DirectoryLock | undefined;
  /** 32 bytes, or undefined in an open network. */
  readonly networkSecret: Uint8Array | undefined;
  readonly bootstrap: readonly string[];
  readonly name: string | undefined;
  readonly region: string;
  readonly mesh: MeshOptions;
  readonly messages: MessageLogOptions;
  readonly observer: Observer;
  readonly scheme: SignatureScheme;
  readonly eventQueueMax: number;
}

const hex32 = /^[0-9a-f]{64}$/i;
/** Guess: a thousand events are a second of a lively mesh. */
/** A batch tells all that it holds at one blow: a reader who reads at once loses nothing of it. What is queued is bounded in bytes, too. */
const eventQueueDefault = updatesPerBatchMax;

/** Throws `invalid-options` that names every violation. */
export function resolveOptions(options: MeshNodeOptions): ResolvedOptions {
  const { networkKey, name, region = 'local', eventQueueMax = eventQueueDefault, bootstrap = [] } = options;
  const check = new OptionCheck('node')
    .holds(networkKey === undefined || hex32.test(networkKey), 'networkKey must be 64 hex digits (32 bytes)')
    .holds(name === undefined || isLabel(name), 'name must be 1 to 63 letters, digits, spaces or . _ / -')
    .holds(isLabel(region), 'region must be 1 to 63 letters, digits, spaces or . _ / -')
    .holds(bootstrap.every((address) => address.startsWith('/')), 'bootstrap must be multiaddrs such as /ip4/10.0.0.1/udp/4701/quic-v1')
    .holds(options.dataDirectory !== '', 'dataDirectory must name a folder')
    .integer('eventQueueMax', eventQueueMax, 1, 1_000_000);
  const mesh = resolvePart('mesh.', resolveMeshOptions, options.mesh, check);
  const messages = resolvePart('', resolveMessageLogOptions, options.messages, check);
  throwViolations([check]);
  return Object.freeze({
    transport: options.transport,
    dataDirectory: options.dataDirectory,
    directoryLock: options.directoryLock,
    networkSecret: networkKey === undefined ? undefined : Uint8Array.from(Buffer.from(networkKey, 'hex')),
    bootstrap,
    name,
    region,
    mesh,
    messages,
    observer: options.observer ?? silentObserver,
    scheme: options.scheme ?? signatureScheme(),
    eventQueueMax,
  });
}

/** The options of a part; what they violate joins what the node's own options violate, so that people hear it all at once. */
function resolvePart<Input, Options>(
  prefix: string,
  resolve: (input?: Input) => Options,
  input: Input | undefined,
  check: OptionCheck,
): Options {
  try {
    return resolve(input);
  } catch (error) {
    if (!(error instanceof MeshError) || error.code !== 'invalid-options') throw error;
    for (const violation of error.details.violations) check.holds(false, `${prefix}${violation}`);
    return resolve();
  }
}
