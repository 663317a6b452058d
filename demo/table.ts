/** The live picture on a terminal: a row per daemon, redrawn in place. In a pipe it stays silent. */
import type { Agent } from './agents.ts';

const redrawMs = 200;

/** Draws until it is stopped. */
export class LiveTable {
  readonly #agents: readonly Agent[];
  readonly #isShown: boolean;
  readonly #isColored = process.env['NO_COLOR'] === undefined;
  #timer: NodeJS.Timeout | undefined;
  #lines = 0;
  #title = '';

  constructor(agents: readonly Agent[], isShown: boolean) {
    this.#agents = agents;
    this.#isShown = isShown;
  }

  start(): void {
    if (this.#isShown) this.#timer = setInterval(() => void this.#draw(), redrawMs);
  }

  /** What is going on, above the rows. */
  say(title: string): void {
    this.#title = title;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#isShown) await this.#draw();
  }

  async #draw(): Promise<void> {
    const header = ['node', 'region', 'state', 'links', 'members', 'files', 'entries', 'hash'];
    const rows = [header, ...(await Promise.all(this.#agents.map((agent) => this.#row(agent))))];
    const widths = header.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
    const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
    const up = this.#lines > 0 ? `\u001b[${this.#lines}A\u001b[J` : '';
    this.#lines = lines.length + 1;
    process.stdout.write(`${up}${this.#bold(this.#title)}\n${lines.join('\n')}\n`);
  }

  async #row({ daemon, written, share, isDone }: Agent): Promise<string[]> {
    const { name, region } = daemon.place;
    const files = `${written.size}/${share}`;
    const status = daemon.isRunning ? await daemon.client.status().catch(() => undefined) : undefined;
    if (status === undefined) return [name, region, 'down', '-', '-', files, '-', '-'];
    const { members, links, registers, stateHash } = status;
    const seen = `${members.alive}${members.suspect > 0 ? ` (${members.suspect} suspect)` : ''}`;
    const state = isDone ? 'done' : 'indexing';
    return [name, region, state, String(links.quic + links.tcp), seen, files, String(registers), stateHash.slice(0, 8)];
  }

  #bold(text: string): string {
    return this.#isColored ? `\u001b[1m${text}\u001b[0m` : text;
  }
}
