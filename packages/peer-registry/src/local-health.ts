/**
 * Are we slow ourselves? A score of 0 (well) to 7 that stretches our probes (Lifeguard, 2018), and times in which we accuse nobody:
 * after a stall, and after losing many neighbors at once, the likeliest sick one is ourselves (D9, D12).
 */
import type { Millis, NodeIndex } from '@murmuration/protocol';
import type { Parts } from './parts.ts';

export const healthMax = 7;
/** From here on we confirm what others say, and accuse nobody first (GOSSIP.md 2.6). */
export const accusingHealthMax = 3;
/** Stalls that cost one and two points. */
const stallMs = 100;
const longStallMs = 500;
/** A lag below this is told as none: a healthy loop is no better. */
const lagToldMs = 10;
/** What a hop of a tree takes at a node that is well, path and loop together. As late as that, a node doubles it. */
const hopMs = 10;
/** "More than a third of the neighbors within two seconds"; fewer than three say nothing about us. */
const lossWindowMs = 2_000;
const lossesMin = 3;

/** A probe that nobody answered: each helper that did not even answer for itself points at us. */
export function failedProbeCost(helpers: number, nacksMissing: number): number {
  return helpers === 0 ? 1 : nacksMissing;
}

/** What a stall costs. */
export function stallCost(lagMs: number): number {
  if (lagMs <= stallMs) return 0;
  return lagMs > longStallMs ? 2 : 1;
}

/** Are so many lost that we doubt ourselves? */
export function areManyLost(losses: number, neighborsBefore: number): boolean {
  return losses >= lossesMin && 3 * losses > neighborsBefore;
}

export class LocalHealth {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  score(node: NodeIndex): number {
    return this.#parts.probes.health(node);
  }

  /** Factor of the probe interval and its timeouts. */
  stretch(node: NodeIndex): number {
    return this.score(node) + 1;
  }

  /** How many times longer than well a batch takes through us, as far as we know. */
  slowness(node: NodeIndex): number {
    const byLateness = 1 + this.#parts.probes.latenessMs(node) / hopMs;
    return Math.max(this.stretch(node), Math.min(healthMax + 1, byLateness));
  }

  change(node: NodeIndex, by: number): void {
    const before = this.score(node);
    const after = Math.min(healthMax, Math.max(0, before + by));
    if (after === before) return;
    this.#parts.probes.setHealth(node, after);
    this.#parts.context.observer.healthChanged(node, after);
  }

  mayAccuse(node: NodeIndex, now: Millis): boolean {
    return this.mayConfirm(node, now) && this.score(node) <= accusingHealthMax;
  }

  mayConfirm(node: NodeIndex, now: Millis): boolean {
    return now >= this.#parts.probes.quietUntil(node);
  }

  /** A neighbor was lost, by its link or by a probe; `neighborsBefore` is how many there were. */
  onLoss(node: NodeIndex, neighborsBefore: number, now: Millis): void {
    const { probes, options } = this.#parts;
    const losses = probes.noteLoss(node, lossWindowMs, now);
    if (areManyLost(losses, neighborsBefore)) probes.keepQuiet(node, now + options.quietMs);
  }

  /** A probe period begins in time: of a lag that is past, others are told half as much as before, and half counts. */
  onPeriod(node: NodeIndex): void {
    const { probes } = this.#parts;
    probes.setLatenessMs(node, Math.floor(probes.latenessMs(node) / 2));
    const halfMs = probes.lagMs(node) / 2;
    probes.setLagMs(node, halfMs < lagToldMs ? 0 : halfMs);
  }

  /** Our loop stood still: what it did not hear in that time is no evidence. */
  onStall(node: NodeIndex, lagMs: Millis, now: Millis): void {
    const { probes, options } = this.#parts;
    this.change(node, stallCost(lagMs));
    probes.setLagMs(node, Math.max(lagMs, probes.lagMs(node)));
    probes.keepQuiet(node, now + Math.min(lagMs, options.quietMs));
  }
}
