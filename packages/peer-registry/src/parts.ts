/** What the parts of the registry share: its arrays, its options, and draws that are told apart by name. */
import { pickBelow, random32, type ModuleContext, type NodeIndex, type Standing } from '@murmuration/protocol';
import { RegistryColumns } from './columns.ts';
import { NeighborColumns } from './neighbor-columns.ts';
import type { PeerRegistryOptions } from './options.ts';
import { ProbeColumns } from './probe-columns.ts';

/** Which of several draws at one step. */
export const draws = {
  firstRow: 0, spread: 1, exchange: 2, leaver: 3, probeDelay: 4, token: 5, helpers: 6, ring: 7, walk: 8, passive: 9, firstPassive: 10,
  list: 12, helperChance: 13,
} as const;

export interface Parts {
  readonly options: PeerRegistryOptions;
  readonly context: ModuleContext;
  readonly standing: Standing;
  readonly columns: RegistryColumns;
  readonly neighbors: NeighborColumns;
  readonly probes: ProbeColumns;
}

export function partsOf(options: PeerRegistryOptions, context: ModuleContext, standing: Standing): Parts {
  const { allocator } = context;
  return {
    options,
    context,
    standing,
    columns: new RegistryColumns(allocator, options),
    neighbors: new NeighborColumns(allocator, options),
    probes: new ProbeColumns(allocator, options),
  };
}

/** A fresh draw of 32 bits. */
export function draw32({ context, columns }: Parts, node: NodeIndex, draw: number): number {
  return random32(context.seed, node, columns.nextStep(node), draw);
}

/** A fresh draw in 0 .. bound - 1. */
export function drawBelow(parts: Parts, node: NodeIndex, draw: number, bound: number): number {
  return pickBelow(draw32(parts, node, draw), bound);
}
