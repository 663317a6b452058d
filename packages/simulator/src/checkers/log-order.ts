/** A node is handed each log without holes and without repetition (GOS1). */
import type { MeshEvent } from '@murmuration/protocol';
import type { Cell } from '../events/cell.ts';
import type { Verdict } from '../scenario.ts';

const shownMax = 3;

export class LogOrder {
  readonly #handed = new Map<string, number>();
  readonly #broken: string[] = [];

  onEvent(cell: Cell, by: number, event: MeshEvent): void {
    if (event.type !== 'batch-accepted') return;
    const { author, epoch, firstSequence, count } = event.batch.header;
    const log = `${cell.nodeIndexOf(by)} ${author} ${epoch}`;
    const known = this.#handed.get(log) ?? 0;
    if (firstSequence !== known + 1 && this.#broken.length < shownMax) {
      this.#broken.push(`${by} was handed ${firstSequence} of ${author}'s log after ${known} at ${cell.nowMs} ms`);
    }
    this.#handed.set(log, firstSequence + count - 1);
  }

  get verdict(): Verdict {
    const { length } = this.#broken;
    return { name: 'logs-without-holes', holds: length === 0, detail: length === 0 ? 'every log came in order' : this.#broken.join('; ') };
  }
}
