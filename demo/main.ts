/** `npm run demo`: nine real daemons, one real folder, one kill, one verdict. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listFiles } from './files.ts';
import { helpText, readOptions, type DemoOptions } from './options.ts';
import { describe } from './report.ts';
import { runScenario } from './scenario.ts';

const interruptedExitCode = 130;

async function run(options: DemoOptions): Promise<number> {
  const files = await listFiles(options.folder).catch((error: NodeJS.ErrnoException) => error);
  if (files instanceof Error) return refuse(`cannot read the folder ${options.folder}: ${files.code ?? files.message}`);
  if (files.length === 0) return refuse(`there is no file to index in ${options.folder}: name a folder with readable files`);
  const home = await mkdtemp(join(tmpdir(), 'murmuration-'));
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort(new Error(`stopped by ${signal}`)));
  try {
    const startedAt = performance.now();
    const outcome = await runScenario(options, files, home, interrupt.signal);
    const seconds = (performance.now() - startedAt) / 1_000;
    process.stdout.write(options.isJson ? `${JSON.stringify(outcome.result)}\n` : describe(outcome, seconds));
    if (outcome.isGood) await rm(home, { recursive: true });
    else process.stderr.write(`demo: the daemons' folders and logs are in ${home}\n`);
    return outcome.isGood ? 0 : 1;
  } catch (error) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
    if (interrupt.signal.aborted) await rm(home, { recursive: true });
    else process.stderr.write(`demo: the daemons' folders and logs are in ${home}\n`);
    return interrupt.signal.aborted ? interruptedExitCode : 1;
  }
}

function refuse(sentence: string): number {
  process.stderr.write(`demo: ${sentence}\n`);
  return 2;
}

const parsed = readOptions(process.argv.slice(2), join(import.meta.dirname, '..'));
if (parsed.type === 'help') {
  process.stdout.write(helpText);
} else if (parsed.type === 'wrong') {
  process.stderr.write(`demo: ${parsed.sentence} (see npm run demo -- --help)\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await run(parsed.options);
}
