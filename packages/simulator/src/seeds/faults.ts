/** The faults of a seed, as they happen to its cell: to whom is drawn when it is known who runs. */
import type { Removals } from '../checkers/removals.ts';
import type { Cell } from '../events/cell.ts';
import type { PathModel } from '../events/path-model.ts';
import { Draws, type SeedAction, type SeedPlan } from './seed-plan.ts';

/** Where fewer run nothing more is taken from the mesh. */
const runningMin = 3;

export class Faults {
  readonly #cell: Cell;
  readonly #paths: PathModel;
  readonly #removals: Removals;
  readonly #draws: Draws;
  /** Who has left and not quite gone. */
  readonly #leaving = new Set<number>();
  #areOver = false;
  #isCut = false;

  constructor({ seed }: SeedPlan, cell: Cell, paths: PathModel, removals: Removals) {
    this.#cell = cell;
    this.#paths = paths;
    this.#removals = removals;
    this.#draws = new Draws(seed ^ 0x5eed);
  }

  /** Plans all actions, from now on. */
  begin(actions: readonly SeedAction[]): void {
    const beganAtMs = this.#cell.nowMs;
    for (const action of actions) this.#cell.at(beganAtMs + action.atMs, () => this.#do(action));
  }

  /** Nothing goes wrong from now on: paths are mended, and who is down comes back, but for one who may not. */
  end(isOneGone: boolean): void {
    this.#areOver = true;
    this.#paths.loss = 0;
    this.#mend();
    const down = Array.from({ length: this.#cell.place.peers }, (_, peer) => peer).filter((peer) => !this.#cell.isRunning(peer));
    const running = this.#able();
    if (isOneGone && running.length > runningMin) this.#cell.stop(this.#draws.of(running as [number, ...number[]]));
    for (const peer of down) this.#cell.start(peer);
  }

  write(count: number): void {
    const authors = this.#able();
    if (authors.length > 0) this.#cell.write(this.#draws.of(authors as [number, ...number[]]), count);
  }

  #do(action: SeedAction): void {
    if (this.#areOver) return;
    switch (action.type) {
      case 'write':
        return this.write(action.count);
      case 'crash':
        return this.#takeAway(action.forMs, (peer) => this.#cell.stop(peer));
      case 'leave':
        return this.#takeAway(action.forMs, (peer) => this.#leave(peer));
      case 'stall':
        return this.#stall(action);
      case 'cut':
        return this.#cut(action.share, action.forMs);
      case 'lose':
        this.#paths.loss = action.loss;
        return this.#later(action.forMs, () => (this.#paths.loss = 0));
      default:
    }
  }

  #takeAway(forMs: number, take: (peer: number) => void): void {
    const peers = this.#able();
    if (peers.length <= runningMin) return;
    const peer = this.#draws.of(peers as [number, ...number[]]);
    take(peer);
    this.#later(forMs, () => {
      if (!this.#cell.isRunning(peer)) this.#cell.start(peer);
    });
  }

  #stall({ forMs, againAfterMs, againForMs = 0 }: SeedAction & { readonly type: 'stall' }): void {
    const peers = this.#able();
    if (peers.length === 0) return;
    const peer = this.#draws.of(peers as [number, ...number[]]);
    this.#cell.stall(peer, forMs);
    if (againAfterMs !== undefined) this.#later(forMs + againAfterMs, () => this.#cell.stall(peer, againForMs));
  }

  #leave(peer: number): void {
    this.#leaving.add(peer);
    this.#cell.leave(peer);
  }

  #cut(share: number, forMs: number): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#removals.onCut(this.#cell, true);
    this.#cell.cut(Array.from({ length: this.#cell.place.peers }, (_, peer) => peer).filter(() => this.#draws.share() < share));
    this.#later(forMs, () => this.#mend());
  }

  #mend(): void {
    if (!this.#isCut) return;
    this.#isCut = false;
    this.#cell.mend();
    this.#removals.onCut(this.#cell, false);
  }

  #later(afterMs: number, happen: () => void): void {
    this.#cell.at(this.#cell.nowMs + afterMs, () => {
      if (!this.#areOver) happen();
    });
  }

  /** Who runs and can act: not who stands still, nor who has said that it leaves. */
  #able(): number[] {
    for (const peer of this.#leaving) if (!this.#cell.isRunning(peer)) this.#leaving.delete(peer);
    return this.#cell.running.filter((peer) => !this.#cell.isStalled(peer) && !this.#leaving.has(peer));
  }
}
