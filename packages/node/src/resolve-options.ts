/** From what people give to the complete, checked options of a node. */
import { signatureScheme } from '@murmuration/byzantine/schemes';
import { resolveMeshOptions, type MeshOptions } from '@murmuration/mesh';
import { OptionCheck, silentObserver, throwViolations, type Observer, type SignatureScheme } from '@murmuration/protocol';
import type { MeshNodeOptions } from './options.ts';

/** Complete options; nobody inside asks for defaults again. */
export interface ResolvedOptions {
  readonly transport: MeshNodeOptions['transport'];
  readonly dataDirectory: string | undefined;
  /** 32 bytes, or undefined in an open network. */
  readonly networkSecret: Uint8Array | undefined;
  readonly bootstrap: readonly string[];
  readonly name: string | undefined;
  readonly region: string;
  readonly mesh: MeshOptions;
  readonly observer: Observer;
  readonly scheme: SignatureScheme;
  readonly eventQueueMax: number;
}

const hex32 = /^[0-9a-f]{64}$/i;
/** A label for people: printable, short enough for a table. */
const label = /^[\p{L}\p{N}][\p{L}\p{N}._/ -]{0,62}$/u;
/** Guess: a thousand events are a second of a lively mesh. */
const eventQueueDefault = 1_024;

/** Throws `invalid-options` that names every violation. */
export function resolveOptions(options: MeshNodeOptions): ResolvedOptions {
  const { networkKey, name, region = 'local', eventQueueMax = eventQueueDefault, bootstrap = [] } = options;
  const check = new OptionCheck('node')
    .holds(networkKey === undefined || hex32.test(networkKey), 'networkKey must be 64 hex digits (32 bytes)')
    .holds(name === undefined || label.test(name), 'name must be 1 to 63 letters, digits, spaces or . _ / -')
    .holds(label.test(region), 'region must be 1 to 63 letters, digits, spaces or . _ / -')
    .holds(bootstrap.every((address) => address.startsWith('/')), 'bootstrap must be multiaddrs such as /ip4/10.0.0.1/udp/4701/quic-v1')
    .integer('eventQueueMax', eventQueueMax, 1, 1_000_000);
  throwViolations([check]);
  return Object.freeze({
    transport: options.transport,
    dataDirectory: options.dataDirectory,
    networkSecret: networkKey === undefined ? undefined : Uint8Array.from(Buffer.from(networkKey, 'hex')),
    bootstrap,
    name,
    region,
    mesh: resolveMeshOptions(options.mesh),
    observer: options.observer ?? silentObserver,
    scheme: options.scheme ?? signatureScheme(),
    eventQueueMax,
  });
}
