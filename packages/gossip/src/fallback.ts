/**
 * Trees, or flooding? A node whose digest has been unequal to a neighbor's for too long doubts its trees; if anti-entropy then
 * brings what the trees should have brought, it floods: new batches go to some lazy links too, for some rounds or until all
 * neighbors tell its digest again.
 */
import { type Millis, type ModuleContext, type NodeIndex } from '@murmuration/protocol';
import type { GossipOptions } from './options.ts';

/** How new batches travel. */
export type Spreading = 'tree' | 'doubted' | 'flooding';

/** What speaks for and against the trees. */
export type SpreadingEvent =
  /** All neighbors told our digest. */
  | 'equal'
  /** Digests have differed for `treeLateMs`. */
  | 'late'
  /** Anti-entropy has brought many batches that no tree had brought. */
  | 'pulled'
  /** Flooding has lasted its rounds. */
  | 'spent';

/** The whole machine. */
export const spreadingAfter: Readonly<Record<Spreading, Readonly<Record<SpreadingEvent, Spreading>>>> = {
  // A newcomer is brought much before anybody is late: that says nothing about trees.
  tree: { equal: 'tree', late: 'doubted', pulled: 'tree', spent: 'tree' },
  doubted: { equal: 'tree', late: 'doubted', pulled: 'flooding', spent: 'doubted' },
  flooding: { equal: 'tree', late: 'flooding', pulled: 'flooding', spent: 'tree' },
};

const states: readonly Spreading[] = ['tree', 'doubted', 'flooding'];

export class Fallback {
  readonly #options: GossipOptions;
  readonly #context: ModuleContext;
  readonly #state: Uint8Array;
  readonly #roundsLeft: Uint8Array;
  /** Batches that anti-entropy brought, less one a round. */
  readonly #pulled: Uint8Array;
  /** Since when neighbors have not all agreed; 0 where they do. */
  readonly #unequalSinceMs: Float64Array;

  constructor(options: GossipOptions, context: ModuleContext) {
    this.#options = options;
    this.#context = context;
    this.#state = context.allocator.uint8('gossip.spreading', 1);
    this.#pulled = context.allocator.uint8('gossip.pulled', 1);
    this.#roundsLeft = context.allocator.uint8('gossip.flood-rounds-left', 1);
    this.#unequalSinceMs = context.allocator.float64('gossip.unequal-since', 1);
  }

  stateOf(node: NodeIndex): Spreading {
    return states[this.#state[node] as number] as Spreading;
  }

  /**
   * A neighbor told another digest. True where some neighbor has for so long that one should be asked; then time runs anew. Who is slow
   * itself is not late so soon.
   */
  onDifference(node: NodeIndex, stretch: number, now: Millis): boolean {
    const since = this.#unequalSinceMs[node] as number;
    if (since === 0) this.#unequalSinceMs[node] = Math.max(1, now);
    if (since === 0 || now - since < this.#options.treeLateMs * stretch) return false;
    this.#unequalSinceMs[node] = Math.max(1, now);
    this.#on(node, 'late');
    return true;
  }

  /** All neighbors agree. That one does is not enough: those who lack the same would keep each other content. */
  onAgreement(node: NodeIndex): void {
    this.#unequalSinceMs[node] = 0;
    // As nearly always: nothing changes but the count.
    if (this.stateOf(node) === 'tree') this.#pulled[node] = 0;
    else this.#on(node, 'equal');
  }

  /** Anti-entropy brought a batch. One now and then is what it is there for; more than one a round, for a while, are too many. */
  onPulled(node: NodeIndex): void {
    if (this.stateOf(node) === 'tree') return;
    const pulled = Math.min(255, (this.#pulled[node] as number) + 1);
    this.#pulled[node] = pulled;
    if (pulled >= this.#options.floodAfterPulls) this.#on(node, 'pulled');
  }

  onRound(node: NodeIndex): void {
    this.#pulled[node] = Math.max(0, (this.#pulled[node] as number) - 1);
    if (this.stateOf(node) !== 'flooding') return;
    this.#roundsLeft[node] = (this.#roundsLeft[node] as number) - 1;
    if (this.#roundsLeft[node] === 0) this.#on(node, 'spent');
  }

  #on(node: NodeIndex, event: SpreadingEvent): void {
    const before = this.stateOf(node);
    const after = spreadingAfter[before][event];
    this.#state[node] = states.indexOf(after);
    // Where batches never cease digests rarely agree: nothing but the end of its rounds ends a flood for sure.
    if (after === 'flooding' && before !== after) this.#roundsLeft[node] = this.#options.floodRounds;
    if (after === 'tree') this.#pulled[node] = 0;
    if ((before === 'flooding') !== (after === 'flooding')) {
      this.#context.observer.floodingChanged(node, after === 'flooding');
    }
  }
}
