/**
 * No honest node is excluded (REG4, REG12): nobody is declared dead whose process runs and could be reached. A death that was right when
 * it was told is told of an epoch that is over; of one who was cut off it is right until the cut has been mended for as long as news of
 * the other side travels.
 */
import type { MeshEvent } from '@murmuration/protocol';
import type { Cell } from '../events/cell.ts';
import type { Verdict } from '../scenario.ts';

/** From the mending of a cut until the last claims of the time before are refuted everywhere: one exchange of member lists, and more. */
const aftermathMs = 20_000;
const shownMax = 3;

export class Removals {
  /** Deaths told of those who were gone. */
  right = 0;
  readonly #false: string[] = [];
  #falseCount = 0;
  readonly #excusedUntilMs = new Map<Cell, number>();

  get falseCount(): number {
    return this.#falseCount;
  }

  /** The cell is cut, or not any more. */
  onCut(cell: Cell, isCut: boolean): void {
    this.#excusedUntilMs.set(cell, isCut ? Infinity : cell.nowMs + aftermathMs);
  }

  onEvent(cell: Cell, by: number, event: MeshEvent): void {
    if (event.type !== 'member-died') return;
    const peer = cell.peerOf(event.peer);
    const isFalse = cell.isRunning(peer) && cell.epochOf(peer) === event.epoch && cell.nowMs >= (this.#excusedUntilMs.get(cell) ?? 0);
    if (!isFalse) {
      this.right++;
      return;
    }
    this.#falseCount++;
    if (this.#false.length < shownMax) this.#false.push(`${by} of ${peer} in cell ${cell.place.index} at ${cell.nowMs} ms`);
  }

  get verdict(): Verdict {
    const which = this.#falseCount === 0 ? '' : `: ${this.#false.join('; ')}`;
    return {
      name: 'no-false-removal', holds: this.#falseCount === 0,
      detail: `${this.#falseCount} times somebody was declared dead who ran and could be reached${which}; ${this.right} times rightly`,
    };
  }
}
