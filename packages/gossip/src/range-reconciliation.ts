/**
 * Range-based reconciliation (Meyer, 2022): where fingerprints of a range of logs are equal it is done, where not it is split into
 * sixteen, and where few logs are left they are listed. Each answer follows from the message and the present state alone. A range
 * is listed after log16(n / 48) splits at either side, and a list is answered by wants, which nothing answers.
 */
import {
  compareLogNames,
  lastLogName,
  rangesPerMessageMax,
  type Digest,
  type LogMark,
  type LogName,
  type LogRange,
  type NodeIndex,
  type RangesMessage,
  type Sequence,
} from '@murmuration/protocol';
import { logFingerprint } from './fingerprint.ts';
import type { Frontier, LogRow } from './frontier.ts';
import { LogOrder } from './log-order.ts';

/** A log of which the other lacks what follows a sequence. */
export interface LogLack {
  readonly row: LogRow;
  readonly after: Sequence;
}

/** What follows from ranges that were heard. */
export interface RangesAnswer {
  readonly ranges: readonly LogRange[];
  readonly lacks: readonly LogLack[];
}

/** Negentropy's: 16 fingerprints of 21 bytes narrow a range down to a sixteenth. */
const branches = 16;
/** 8,192 logs are 16 · 16 · 32: their lists come after two splits. Half as many again, for what one side alone has: 864 bytes. */
const listedMax = 48;

/** Rows of our order, from `start` to before `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

export class RangeReconciliation {
  readonly #frontier: Frontier;
  readonly #order: LogOrder;

  constructor(frontier: Frontier) {
    this.#frontier = frontier;
    this.#order = new LogOrder(frontier);
  }

  /** Fingerprints of all we have. */
  question(node: NodeIndex, nonce: Digest): LogRange[] {
    return this.#split(node, { start: 0, end: this.#frontier.logCount(node) }, lastLogName, nonce);
  }

  /** Without wants where we may not ask for anything. */
  answer(node: NodeIndex, message: RangesMessage, mayWant: boolean): RangesAnswer {
    const answers = new RangeList();
    const lacks: LogLack[] = [];
    let start = 0;
    for (const range of message.ranges) {
      const span = { start, end: this.#order.endOf(node, range.upTo, start) };
      for (const answer of this.#answerRange(node, span, range, message.nonce, lacks)) {
        answers.add(answer.type === 'want' && !mayWant ? { type: 'done', upTo: answer.upTo } : answer);
      }
      start = span.end;
    }
    return { ranges: answers.all, lacks };
  }

  #answerRange(node: NodeIndex, span: Span, range: LogRange, nonce: Digest, lacks: LogLack[]): LogRange[] {
    const { upTo } = range;
    const done: LogRange = { type: 'done', upTo };
    switch (range.type) {
      case 'done':
        return [done];
      case 'compare': {
        const ours = this.#fingerprint(node, span, nonce);
        if (ours.high === range.fingerprint.high && ours.low === range.fingerprint.low) return [done];
        if (span.end - span.start > listedMax) return this.#split(node, span, upTo, nonce);
        return [{ type: 'list', upTo, marks: this.#marks(node, span) }];
      }
      case 'list': {
        const marks = this.#merge(node, span, range.marks, lacks, true);
        return [marks.length === 0 ? done : { type: 'want', upTo, marks }];
      }
      case 'want':
        this.#merge(node, span, range.marks, lacks, false);
        return [done];
    }
  }

  /**
   * Walks our rows and their marks side by side. Adds to what they lack, where their marks are all they have also what is not
   * marked, and answers what we lack: from where we stand.
   */
  #merge(node: NodeIndex, { start, end }: Span, marks: readonly LogMark[], lacks: LogLack[], areAll: boolean): LogMark[] {
    const rows = this.#order.rows(node);
    const names = this.#order.names(node);
    const wanted: LogMark[] = [];
    let next = 0;
    for (let at = start; at < end; at++) {
      const name = names[at] as LogName;
      for (; next < marks.length && compareLogNames(marks[next] as LogMark, name) < 0; next++) {
        wanted.push({ ...(marks[next] as LogMark), sequence: 0 as Sequence });
      }
      const row = rows[at] as LogRow;
      const ours = this.#frontier.sequenceAt(node, row);
      const mark = marks[next];
      const isMarked = mark !== undefined && compareLogNames(mark, name) === 0;
      if (isMarked) next++;
      const theirs = isMarked ? mark.sequence : (0 as Sequence);
      if (ours > theirs && (isMarked || areAll)) lacks.push({ row, after: theirs });
      if (ours < theirs) wanted.push({ ...name, sequence: ours });
    }
    return [...wanted, ...marks.slice(next).map((mark) => ({ ...mark, sequence: 0 as Sequence }))];
  }

  /** Parts of as many rows each. Rows of one name stay together. */
  #split(node: NodeIndex, { start, end }: Span, upTo: LogName, nonce: Digest): LogRange[] {
    const names = this.#order.names(node);
    const parts: LogRange[] = [];
    let from = start;
    for (let part = 1; from < end; part++) {
      const last = start + Math.floor(((end - start) * part) / branches) - 1;
      if (last < from) continue;
      const bound = names[last] as LogName;
      const to = this.#order.endOf(node, bound, from);
      const fingerprint = this.#fingerprint(node, { start: from, end: to }, nonce);
      parts.push({ type: 'compare', upTo: to === end ? upTo : bound, fingerprint });
      from = to;
    }
    return parts;
  }

  /** The sum over the rows, word by word. Nobody knew the nonce when he wrote, so sums of what he wrote are chance to him. */
  #fingerprint(node: NodeIndex, { start, end }: Span, nonce: Digest): Digest {
    const rows = this.#order.rows(node);
    let [sumHigh, sumLow] = [0, 0];
    for (let at = start; at < end; at++) {
      const row = rows[at] as LogRow;
      const { high, low } = logFingerprint(this.#frontier.markAt(node, row), this.#frontier.hashAt(node, row), nonce);
      sumHigh = (sumHigh + high) >>> 0;
      sumLow = (sumLow + low) >>> 0;
    }
    return { high: sumHigh, low: sumLow };
  }

  #marks(node: NodeIndex, { start, end }: Span): LogMark[] {
    return this.#order.rows(node).slice(start, end).map((row) => this.#frontier.markAt(node, row));
  }
}

/** Ranges on their way out: runs of what is done are one range, and none where nothing follows. */
class RangeList {
  readonly all: LogRange[] = [];
  #done: LogRange | undefined;

  /** What does not fit is left to the next exchange. */
  add(range: LogRange): void {
    if (range.type === 'done') {
      this.#done = range;
      return;
    }
    if (this.all.length + 2 > rangesPerMessageMax) return;
    if (this.#done !== undefined) this.all.push(this.#done);
    this.#done = undefined;
    this.all.push(range);
  }
}
