/** The arrows of ARCHITECTURE.md, section 3, as data. The rules read this table; nothing else knows the packages. */

/** One package or app. */
export interface Layer {
  /** The entries of siblings that it may import, exactly as written in an import. */
  readonly imports: readonly string[];
  /** Runtime dependencies outside the scope; `any` where the manifest alone decides. */
  readonly externals: readonly string[] | 'any';
  /** Pure: no I/O, clock, chance or promise (STYLE.md, section 1). */
  readonly isPure: boolean;
  /** Single files that may import more: a convenience entry that ties two packages together. */
  readonly files?: Readonly<Record<string, readonly string[]>>;
}

export const scope = '@murmuration';
const ours = (...entries: string[]): string[] => entries.map((entry) => `${scope}/${entry}`);

const pure = (...entries: string[]): Layer => ({ imports: ours(...entries), externals: [], isPure: true });
const shell = (...entries: string[]): Layer => ({ imports: ours(...entries), externals: 'any', isPure: false });
const modules = ['peer-registry', 'gossip', 'byzantine', 'partition', 'topology'];

/** Keyed by folder. A package that is not in this table is a finding: it has no place in the drawing. */
export const layers: Readonly<Record<string, Layer>> = {
  'packages/protocol': pure(),
  'packages/peer-registry': pure('protocol'),
  'packages/gossip': pure('protocol'),
  'packages/byzantine': pure('protocol'),
  'packages/partition': pure('protocol'),
  'packages/topology': pure('protocol'),
  'packages/state': { ...pure('protocol'), externals: ['yjs'] },
  'packages/mesh': pure('protocol', 'state', ...modules),
  'packages/transport': shell('protocol'),
  'packages/telemetry': shell('protocol'),
  'packages/node': {
    ...shell('protocol', 'mesh', 'state', 'byzantine/schemes', 'telemetry', 'transport'),
    files: {
      'packages/node/src/libp2p.ts': ours('transport/libp2p'),
      'packages/node/src/gossipsub.ts': ours('transport/gossipsub'),
    },
  },
  'packages/gateway': shell('node', 'telemetry'),
  'packages/client': { ...shell(), externals: [] },
  'packages/simulator': shell('mesh', 'state', 'protocol', ...modules),
  'apps/mesh-node': shell('node', 'node/gossipsub', 'gateway', 'protocol', 'transport/libp2p', 'telemetry', 'telemetry/sdk'),
  'apps/mesh-sim': shell('simulator', 'protocol'),
};

/** Parts of the platform that a package must not reach, though nothing of ours stands between. */
export const forbiddenBuiltins: Readonly<Record<string, readonly string[]>> = {
  'packages/simulator': ['net', 'dgram', 'tls', 'http', 'https', 'http2', 'dns'].map((name) => `node:${name}`),
};

/** The folder that a file belongs to: `packages/gossip`, `apps/mesh-node`, `test`; `.` for files of the root. */
export const folderOf = (path: string): string => {
  const [top = '.', second] = path.split('/');
  if (second === undefined) return '.';
  return top === 'packages' || top === 'apps' ? `${top}/${second}` : top;
};

/** `packages/gossip` is imported as `@murmuration/gossip`. */
export const nameOf = (folder: string): string => `${scope}/${folder.slice(folder.indexOf('/') + 1)}`;

/** The folder of one of our packages or apps by its name; undefined for a name that is not in the table. */
export const folderNamed = (name: string): string | undefined =>
  Object.keys(layers).find((folder) => nameOf(folder) === name);

export const isPackage = (folder: string): boolean => folder.startsWith('packages/');
export const isApp = (folder: string): boolean => folder.startsWith('apps/');
/** Tests of the whole, the demo and the benches sit above the packages and may import any of them. */
export const isLayered = (folder: string): boolean => isPackage(folder) || isApp(folder);
