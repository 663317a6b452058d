/** The demo's command line: a folder, a transport, and whether people or machines read the result. */
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';

/** What the demo runs with. */
export interface DemoOptions {
  /** Absolute path of the folder that is indexed. */
  readonly folder: string;
  readonly transport: 'quic' | 'tcp';
  readonly isJson: boolean;
}

export const helpText = `usage: npm run demo [-- [folder] [--transport quic|tcp] [--json]]

Starts nine mesh-node daemons in three regions on this machine. Nine agents share out the files of the folder (default: this
repository), index them, and write what they find into the replicated state. Halfway one daemon is killed and comes back. At the
end every daemon answers the same queries from its own copy.

  --transport quic|tcp   the wire between the daemons (default quic)
  --json                 one JSON object as the last line, and nothing else

Exit code: 0 if all copies are equal, every file is indexed and nothing is lost; 1 if not; 2 for wrong usage.
`;

/** The options, a text to print instead of running, or what is wrong with the arguments. */
export type ParsedOptions =
  | { readonly type: 'run'; readonly options: DemoOptions }
  | { readonly type: 'help' }
  | { readonly type: 'wrong'; readonly sentence: string };

/** Reads the arguments after the script's name. */
export function readOptions(args: readonly string[], defaultFolder: string): ParsedOptions {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        transport: { type: 'string', default: 'quic' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { transport } = values;
    if (values.help) return { type: 'help' };
    if (positionals.length > 1) return { type: 'wrong', sentence: 'one folder at most' };
    if (transport !== 'quic' && transport !== 'tcp') return { type: 'wrong', sentence: `--transport is quic or tcp, not ${transport}` };
    return { type: 'run', options: { folder: resolve(positionals[0] ?? defaultFolder), transport, isJson: values.json } };
  } catch (error) {
    return { type: 'wrong', sentence: error instanceof Error ? error.message : String(error) };
  }
}
