/** One line on a terminal that tells how far a run is, rewritten in place and wiped at the end. Quiet in a pipe. */
import { bytesText, millisText, roughText, shareText, type Progress } from '@murmuration/simulator';
import type { Terminal } from './terminal.ts';

/** Ten times a second looks alive and costs nothing. */
const redrawMs = 100;
/** Before this much of a run is known its end is a guess that jumps. */
const etaShareMin = 0.05;

export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #title: string;
  readonly #startMs: number;
  #drawnMs = -Infinity;

  constructor(terminal: Terminal, title: string) {
    this.#terminal = terminal;
    this.#title = title;
    this.#startMs = terminal.now();
  }

  show(progress: Progress): void {
    const nowMs = this.#terminal.now();
    if (!this.#terminal.isTerminal || nowMs - this.#drawnMs < redrawMs) return;
    this.#drawnMs = nowMs;
    this.#terminal.err(`${wipe}${progressText(this.#title, progress, nowMs - this.#startMs)}`);
  }

  end(): void {
    if (this.#terminal.isTerminal && this.#drawnMs > 0) this.#terminal.err(wipe);
  }
}

const wipe = '\r\u001b[2K';

/** `epidemic  62 %  round 10  43.1 % know  4.1 M events/s  212.0 MiB  1.2 s left`. */
export function progressText(title: string, progress: Progress, elapsedMs: number): string {
  const { share, rounds, simulatedMs, events, informedShare } = progress;
  const leftMs = share < etaShareMin ? undefined : (elapsedMs * (1 - share)) / share;
  return [
    title,
    `${Math.floor(share * 100)} %`,
    ...(rounds === undefined ? [] : [`round ${rounds}`]),
    ...(simulatedMs === undefined ? [] : [`${millisText(simulatedMs)} simulated`]),
    `${shareText(informedShare)} know`,
    `${roughText(elapsedMs === 0 ? 0 : (events * 1_000) / elapsedMs)} events/s`,
    bytesText(process.memoryUsage.rss()),
    ...(leftMs === undefined ? [] : [`${millisText(leftMs)} left`]),
  ].join('  ');
}
