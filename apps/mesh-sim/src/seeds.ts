/** The verb `seeds`: many small runs of mixed faults. A seed that fails is told with the command that makes it again. */
import { millisText, roughText, runSeeds, type SeedsResult } from '@murmuration/simulator';
import { readSeeds } from './requests.ts';
import type { ExitCode } from './run.ts';
import type { Terminal } from './terminal.ts';

/** Ten times a second looks alive and costs nothing. */
const redrawMs = 100;
const wipe = '\r\u001b[2K';

/** Runs what the words after `seeds` say. */
export async function seeds(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const { from, count, isJson } = readSeeds(words);
  const controller = new AbortController();
  const stopListening = terminal.onInterrupt(() => controller.abort());
  let drawnMs = -Infinity;
  const onSeed = (done: number, failed: number): void => {
    const nowMs = terminal.now();
    if (!terminal.isTerminal || nowMs - drawnMs < redrawMs) return;
    drawnMs = nowMs;
    terminal.err(`${wipe}seeds  ${done} of ${count}  ${failed} failed`);
  };
  try {
    const result = await runSeeds({ from, count, signal: controller.signal, onSeed });
    if (terminal.isTerminal) terminal.err(wipe);
    terminal.out(isJson ? `${JSON.stringify(result)}\n` : textOf(result));
    if (!result.complete) return 130;
    return result.failures.length + result.neverReached.length === 0 ? 0 : 1;
  } finally {
    stopListening();
  }
}

function textOf({ from, count, complete, failures, neverReached, sometimes, events, wallMs }: SeedsResult): string {
  const width = Math.max(0, ...Object.keys(sometimes).map((name) => name.length)) + 2;
  return [
    `${count} seeds from ${from}${complete ? '' : '; CUT SHORT'}: ${failures.length} failed; ${roughText(events)} events in ${millisText(wallMs)}`,
    ...failures.flatMap(({ verdicts, replay }) => ['', `  ${replay}`, ...verdicts.map(({ name, detail }) => `    ${name}: ${detail}`)]),
    '', '  how often rare branches were reached',
    ...Object.entries(sometimes).map(([name, times]) => `    ${name.padEnd(width)}${times}`),
    ...(neverReached.length === 0 ? [] : ['', `  NEVER REACHED: ${neverReached.join(', ')}`]), '',
  ].join('\n');
}
