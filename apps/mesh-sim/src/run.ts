/** The verb `run`: checks what it needs, runs with progress, shows the result. Ctrl-C ends the run with what it has. */
import { allHold, bytesText, csvReport, htmlReport, textReport, type RunResult } from '@murmuration/simulator';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { causeOf, ProgramError, usageError } from './program-error.ts';
import { ProgressLine } from './progress-line.ts';
import { readRun, type RunRequest, type Showing } from './requests.ts';
import type { Terminal } from './terminal.ts';

/** 0 done, 1 a verdict does not hold, 130 cut short. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Runs what the words after `run` say. */
export async function run(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { showing, ...request } = readRun(words);
  checkMemory(request, terminal);
  if (showing.report !== undefined) checkFolder(showing.report, terminal);
  const result = await runOnce(request, terminal);
  show(result, showing, terminal);
  return exitCodeOf([result]);
}

/** Throws where a run needs more memory than there is. */
export function checkMemory({ scenario, values, workers }: RunRequest, { availableBytes }: Terminal): void {
  const needed = scenario.memoryBytes?.(values, workers) ?? 0;
  if (needed <= availableBytes) return;
  throw usageError(`too little memory: ${scenario.name} with --nodes ${values['nodes']} needs about ${bytesText(needed)}, and ${bytesText(availableBytes)} are free; take fewer nodes`);
}

/** One run, with progress. */
export async function runOnce({ scenario, values, seed, workers }: RunRequest, terminal: Terminal, title: string = scenario.name): Promise<RunResult> {
  const controller = new AbortController();
  const line = new ProgressLine(terminal, title);
  const stopListening = terminal.onInterrupt(() => controller.abort());
  try {
    return await scenario.run(values, { seed, workers, signal: controller.signal, onProgress: (progress) => line.show(progress) });
  } finally {
    stopListening();
    line.end();
  }
}

/** 130 where any was cut short, else 1 where any verdict does not hold. */
export function exitCodeOf(results: readonly RunResult[]): 0 | 1 | 130 {
  if (results.some(({ complete }) => !complete)) return 130;
  return results.every(allHold) ? 0 : 1;
}

/** Shows a result as asked; the HTML goes beside whatever is printed. */
export function show(result: RunResult, { format, report }: Showing, terminal: Terminal): void {
  if (report !== undefined) write(report, htmlReport(result), terminal);
  if (format === 'json') terminal.out(`${JSON.stringify(result)}\n`);
  else terminal.out(format === 'csv' ? csvReport(result) : textReport(result));
}

/** Before a long run, not after it. */
function checkFolder(path: string, { folder }: Terminal): void {
  try {
    accessSync(dirname(resolve(folder, path)), constants.W_OK);
  } catch (error) {
    throw usageError(`--report ${path} cannot be written: ${causeOf(error)}`);
  }
}

function write(path: string, text: string, terminal: Terminal): void {
  try {
    writeFileSync(resolve(terminal.folder, path), text);
  } catch (error) {
    throw new ProgramError(1, [`${path} was not written: ${causeOf(error)}`], error);
  }
  terminal.err(`report written to ${path}\n`);
}
