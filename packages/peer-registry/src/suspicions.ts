/**
 * Running suspicions: who accuses, until when, and what follows. Time over is a verdict only with several observers; alone it
 * is an opinion, told again. Dead is nobody before `deadAfterMs`. Calls that can end in death answer whether it has come.
 */
import { millis, noPeer, type Effects, type Millis, type NodeIndex, type PeerIndex } from '@murmuration/protocol';
import type { Claims } from './claims.ts';
import { noRow, selfRow, type Row } from './columns.ts';
import type { Parts } from './parts.ts';
import { observersWanted, suspicionRange, suspicionTimeoutMs } from './suspicion.ts';

/** The column of beginnings counts 16 ms; a timer is set so much later, lest it comes just too early. */
const timerSlackMs = 17;

export class Suspicions {
  readonly #parts: Parts;
  readonly #claims: Claims;

  constructor(parts: Parts, claims: Claims) {
    this.#parts = parts;
    this.#claims = claims;
  }

  /** A row has just become suspect. */
  begin(node: NodeIndex, row: Row, accuser: PeerIndex, now: Millis, effects: Effects): void {
    const { columns, options } = this.#parts;
    columns.setSuspectedAt(node, row, now);
    this.#note(node, row, accuser);
    this.#armJudgement(node, row, this.#timeoutMs(node, row), effects);
    effects.setTimer(node, options.deadAfterMs, { type: 'declare-dead', ...this.#subject(node, row) });
    this.#tell(node, row);
  }

  /** Somebody accuses one who is suspect already. */
  confirm(node: NodeIndex, row: Row, accuser: PeerIndex, now: Millis, effects: Effects): boolean {
    const { columns } = this.#parts;
    if (!this.#note(node, row, accuser)) return false;
    this.#claims.announce(node, row, effects);
    this.#tell(node, row);
    if (columns.isConfirmedAt(node, row)) return false;
    if (columns.isOverdueAt(node, row) && this.#isSeenBySeveral(node, row)) return true;
    this.#armJudgement(node, row, this.#remainingMs(node, row, now), effects);
    return false;
  }

  /** The time of a suspicion may be over. */
  judge(node: NodeIndex, row: Row, now: Millis, effects: Effects): boolean {
    const { columns } = this.#parts;
    if (columns.isConfirmedAt(node, row)) return false;
    const remainingMs = this.#remainingMs(node, row, now);
    if (remainingMs > 0) {
      this.#armJudgement(node, row, remainingMs, effects);
      return false;
    }
    if (this.#isSeenBySeveral(node, row)) {
      columns.setConfirmed(node, row);
      return columns.isOverdueAt(node, row);
    }
    columns.setSuspectedAt(node, row, now);
    this.#claims.announce(node, row, effects);
    this.#armJudgement(node, row, this.#timeoutMs(node, row), effects);
    return false;
  }

  /**
   * `deadAfterMs` are over, and nothing was refuted: nobody could reach it in all that time, and neither could we. Whom we are not linked
   * with we have not asked, and its refutation may have passed us by: we dial it now, and it has the same time once more.
   */
  expire(node: NodeIndex, row: Row, now: Millis, effects: Effects): boolean {
    const { columns, neighbors, probes, options } = this.#parts;
    const quietMs = probes.quietUntil(node) - now;
    if (quietMs > 0) {
      effects.setTimer(node, millis(quietMs), { type: 'declare-dead', ...this.#subject(node, row) });
      return false;
    }
    const isFirst = !columns.isOverdueAt(node, row);
    const peer = columns.peerAt(node, row);
    columns.setOverdue(node, row);
    if (columns.isConfirmedAt(node, row)) return true;
    if (isFirst && !neighbors.has(node, peer) && !this.#isSeenBySeveral(node, row)) {
      effects.connect(node, peer);
      effects.setTimer(node, options.deadAfterMs, { type: 'declare-dead', ...this.#subject(node, row) });
      return false;
    }
    const isOver = this.confirm(node, row, columns.peerAt(node, selfRow), now, effects);
    return isOver || this.#isSeenBySeveral(node, row);
  }

  /** We stood still: every running suspicion gets the time back. Its timer finds that it came too early. */
  forgive(node: NodeIndex, lagMs: Millis, now: Millis): void {
    const { columns } = this.#parts;
    for (let row = 0; row < columns.memberCount(node); row++) {
      if (columns.stateAt(node, row as Row) === 'suspect') columns.forgiveSuspicion(node, row as Row, lagMs, now);
    }
  }

  /** Adds an accuser that is a member, and not the accused itself. */
  #note(node: NodeIndex, row: Row, accuser: PeerIndex): boolean {
    if (accuser === noPeer) return false;
    const { columns } = this.#parts;
    const accuserRow = columns.rowOf(node, accuser);
    return accuserRow !== noRow && accuserRow !== row && columns.addAccuser(node, row, accuserRow);
  }

  #isSeenBySeveral(node: NodeIndex, row: Row): boolean {
    const { columns } = this.#parts;
    const members = columns.presentCount(node);
    return columns.accuserCountAt(node, row) >= observersWanted(members, members < 5 ? this.#aliveCount(node) : members);
  }

  #aliveCount(node: NodeIndex): number {
    const { columns } = this.#parts;
    let alive = 0;
    for (let row = 0; row < columns.memberCount(node); row++) if (columns.stateAt(node, row as Row) === 'alive') alive++;
    return alive;
  }

  #timeoutMs(node: NodeIndex, row: Row): Millis {
    const { columns, options } = this.#parts;
    const range = suspicionRange(columns.presentCount(node), options);
    return suspicionTimeoutMs(Math.max(0, columns.accuserCountAt(node, row) - 1), range);
  }

  #remainingMs(node: NodeIndex, row: Row, now: Millis): Millis {
    return millis(this.#timeoutMs(node, row) - this.#parts.columns.suspectedForMs(node, row, now));
  }

  #armJudgement(node: NodeIndex, row: Row, afterMs: number, effects: Effects): void {
    const timer = { type: 'judge-suspicion' as const, ...this.#subject(node, row) };
    effects.setTimer(node, millis(Math.max(0, afterMs) + timerSlackMs), timer);
  }

  #subject(node: NodeIndex, row: Row): Pick<ReturnType<Claims['claimAt']>, 'peer' | 'epoch' | 'incarnation'> {
    const { peer, epoch, incarnation } = this.#claims.claimAt(node, row);
    return { peer, epoch, incarnation };
  }

  #tell(node: NodeIndex, row: Row): void {
    const { columns, context } = this.#parts;
    context.observer.suspicionRaised(node, columns.peerAt(node, row), columns.accuserCountAt(node, row));
  }
}
