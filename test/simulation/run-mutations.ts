/**
 * Plants each mutation of `mutations.ts` in a copy of the packages that the simulator needs, and lets the seeds look for it. The working
 * tree is never touched.
 *
 *   node test/simulation/run-mutations.ts [--seeds N] [--json] [name …]
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { mutations, type Mutation } from './mutations.ts';

/** What became of one mutation. */
interface Report {
  readonly name: string;
  readonly caught: boolean;
  /** The first seed that failed, and what did not hold. */
  readonly by: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const needed = ['protocol', 'peer-registry', 'gossip', 'byzantine', 'mesh', 'simulator'];
const caughtMin = 14;
/** A mutation that hangs a run is caught by that. */
const patienceMs = 300_000;
/** Stops at the first seed that fails and prints it. */
const search = `
  import { runSeed } from '@murmuration/simulator';
  for (let seed = 1; seed <= Number(process.argv[1]); seed++) {
    const failed = runSeed(seed).verdicts.filter(({ holds }) => !holds);
    if (failed.length === 0) continue;
    console.log('seed ' + seed + ': ' + failed.map(({ name }) => name).join(', '));
    break;
  }
`;

/** A copy of the packages, found by name as in the working tree. */
function copyOfPackages(): string {
  const folder = mkdtempSync(join(tmpdir(), 'murmuration-mutations-'));
  mkdirSync(join(folder, 'node_modules/@murmuration'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  for (const name of needed) {
    cpSync(join(root, 'packages', name), join(folder, 'packages', name), {
      recursive: true, filter: (source) => !/\/(?:dist|node_modules)$/.test(source),
    });
    symlinkSync(join(folder, 'packages', name), join(folder, 'node_modules/@murmuration', name));
  }
  return folder;
}

async function hunt(folder: string, mutation: Mutation, seeds: number): Promise<Report> {
  const path = join(folder, 'packages', mutation.file);
  const original = readFileSync(path, 'utf8');
  if (original.split(mutation.search).length !== 2) throw new Error(`${mutation.name}: its text occurs not once in ${mutation.file}`);
  writeFileSync(path, original.replace(mutation.search, () => mutation.replace));
  try {
    const args = ['--conditions=source', '--input-type=module', '--eval', search, String(seeds)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, timeout: patienceMs });
    return { name: mutation.name, caught: stdout !== '', by: stdout.trim() };
  } catch (cause) {
    const said = cause instanceof Error ? (cause.message.split('\n').find((line) => /Error/.test(line)) ?? cause.message) : String(cause);
    return { name: mutation.name, caught: true, by: `the run ended: ${said}` };
  } finally {
    writeFileSync(path, original);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true, options: { seeds: { type: 'string', default: '100' }, json: { type: 'boolean', default: false } },
  });
  const chosen = mutations.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const folder = copyOfPackages();
  const reports: Report[] = [];
  try {
    for (const mutation of chosen) {
      const report = await hunt(folder, mutation, Number(values.seeds));
      reports.push(report);
      if (!values.json) process.stdout.write(`${report.caught ? 'caught' : 'MISSED'}  ${report.name.padEnd(24)} ${report.by}\n`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const caught = reports.filter((report) => report.caught).length;
  process.stdout.write(values.json ? `${JSON.stringify({ caught, of: reports.length, reports })}\n` : `${caught} of ${reports.length} caught\n`);
  if (caught < Math.min(caughtMin, reports.length)) process.exitCode = 1;
}

await main();
