/** `npm run demo`: nine real daemons, one real folder, one kill, one verdict. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helpText, readOptions } from './options.ts';
import { describe } from './report.ts';
import { runScenario } from './scenario.ts';

const parsed = readOptions(process.argv.slice(2), join(import.meta.dirname, '..'));
if (parsed.type === 'help') {
  process.stdout.write(helpText);
} else if (parsed.type === 'wrong') {
  process.stderr.write(`demo: ${parsed.sentence} (see npm run demo -- --help)\n`);
  process.exitCode = 2;
} else {
  const home = await mkdtemp(join(tmpdir(), 'murmuration-'));
  try {
    const startedAt = performance.now();
    const outcome = await runScenario(parsed.options, home);
    const seconds = (performance.now() - startedAt) / 1_000;
    process.stdout.write(parsed.options.isJson ? `${JSON.stringify(outcome.result)}\n` : describe(outcome, seconds));
    process.exitCode = outcome.isGood ? 0 : 1;
    await rm(home, { recursive: true });
  } catch (error) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
