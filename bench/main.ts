/**
 * `npm run bench -- <name> [options]`: runs one bench in a process of its own. With `--save` the result, which is the last line that the
 * bench prints under `--json`, is kept in `bench/results/<name>.json` with the commit, the machine and the Node that made it; with
 * `--save=<what>` in `<name>-<what>.json`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { basename, join } from 'node:path';

/**
 * A thousand daemons in one process outgrow the heap that Node takes by itself, and what each leaves behind in a moment outgrows its
 * nursery: a process for each would have both. With a heap that is large from the start the collector does not walk through all of it
 * again for each 64 MB of buffers, which took up to half of the process.
 */
const nodeFlags = [
  '--max-old-space-size=16384', '--initial-old-space-size=12288', '--max-semi-space-size=128',
  '--external-memory-accounted-in-global-limit', '--no-memory-reducer',
];
const folders = ['micro', 'memory', 'scale', 'peers'];
const here = import.meta.dirname;

/** Every bench by name. */
function benches(): Map<string, string> {
  const files = folders.flatMap((folder) => readdirSync(join(here, folder)).map((file) => join(here, folder, file)));
  return new Map(files.filter((file) => file.endsWith('.ts')).map((file) => [basename(file, '.ts'), file]));
}

/** Runs the bench; answers its exit code. */
function run(file: string, args: readonly string[]): number {
  return spawnSync(process.execPath, [...nodeFlags, file, ...args], { stdio: 'inherit' }).status ?? 1;
}

/** Runs the bench for its result alone, and keeps it. */
function save(title: string, file: string, args: readonly string[]): number {
  const { status, stdout } = spawnSync(process.execPath, [...nodeFlags, file, ...args, '--json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) return status ?? 1;
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as unknown;
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', cwd: here }).trim();
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryBytes: totalmem(), node: process.version };
  const path = join(here, 'results', `${title}.json`);
  writeFileSync(path, `${JSON.stringify({ commit, machine, result }, undefined, 2)}\n`);
  process.stdout.write(`kept in ${path}\n`);
  return 0;
}

const [name = '--help', ...args] = process.argv.slice(2);
const known = benches();
const file = known.get(name);
if (name === '--help') {
  process.stdout.write(`usage: npm run bench -- <name> [--small] [--json] [--save[=<what>]]\nbenches: ${[...known.keys()].join(', ')}\n`);
} else if (file === undefined) {
  process.stderr.write(`bench: there is no bench ${name}; there are ${[...known.keys()].join(', ')}\n`);
  process.exitCode = 2;
} else {
  const keep = args.find((arg) => arg === '--save' || arg.startsWith('--save='));
  const title = [name, keep?.split('=')[1]].filter(Boolean).join('-');
  process.exitCode = keep === undefined ? run(file, args) : save(title, file, args.filter((arg) => arg !== keep));
}
