/**
 * What modules see of each other. They never call one another: they read through the narrow views below, given at
 * construction, and report through `Changes`, which the composer forwards in one documented order.
 */
import type { Allocator } from './allocator.ts';
import type { Epoch, Incarnation, NodeIndex, PeerIndex } from './ids.ts';
import type { Observer } from './observer.ts';
import type { StateSource } from './state-source.ts';
import type { Millis } from './units.ts';
import type { Offence } from './verdict.ts';

/** The linked members: who can be talked to now. */
export interface Neighborhood {
  neighborCount(node: NodeIndex): number;
  /** The neighbor at a position below `neighborCount`; positions move when links come and go. */
  neighborAt(node: NodeIndex, position: number): PeerIndex;
  isNeighbor(node: NodeIndex, peer: PeerIndex): boolean;
}

/** May this peer speak, and how much do we rely on it? */
export interface Standing {
  isBanned(node: NodeIndex, peer: PeerIndex, now: Millis): boolean;
  /** From what we have seen ourselves, 0 to 1. Below `reputationMin` nothing is left to it. */
  reputationOf(node: NodeIndex, peer: PeerIndex, now: Millis): number;
}

/** Who stands lower is passed over (D11). */
export const reputationMin = 0.5;

/** Nobody has done anything. */
export const equalStanding: Standing = Object.freeze({ isBanned: () => false, reputationOf: () => 1 });

/** How good are our links? Measured by us, never told by others. */
export interface LinkQuality {
  /** Round trip to a neighbor, 0 where it is unknown. */
  rttMsOf(node: NodeIndex, peer: PeerIndex): number;
  /** How many times slower than well we are ourselves, 1 or more: by so much we ask less often and wait longer. */
  stretchOf(node: NodeIndex): number;
}

/** Knows of no link how good it is, and feels well. */
export const unknownLinkQuality: LinkQuality = Object.freeze({ rttMsOf: () => 0, stretchOf: () => 1 });

/** How large is the mesh? */
export interface Horizon {
  /** Estimated number of alive members, ourselves included. */
  estimatedSize(node: NodeIndex): number;
}

/** Stable numbers of an identity, the same on every node: digests are made of them. */
export interface PeerTags {
  /** Two 32-bit words of the public key. */
  highOf(peer: PeerIndex): number;
  lowOf(peer: PeerIndex): number;
}

/** Where peers come from, as far as the shell can tell: many identities of one origin are cheap. */
export interface PeerOrigins {
  /** A number that peers of one issuer or address prefix share. */
  prefixOf(peer: PeerIndex): number;
}

/** What a module reports as having become true. The composer drains it when the module returns. */
export interface Changes {
  offenceSeen(node: NodeIndex, peer: PeerIndex, offence: Offence): void;
}

/** Given to every module: shared by all nodes, replaced by none of them. */
export interface ModuleContext {
  readonly allocator: Allocator;
  readonly observer: Observer;
  readonly changes: Changes;
  readonly tags: PeerTags;
  readonly source: StateSource;
  /** Without it every peer counts as an origin of its own. */
  readonly origins?: PeerOrigins;
  /** Seed of every draw. */
  readonly seed: number;
}

/** (epoch, incarnation) as one order: positive where the first is later. A restart always wins. */
export function compareIncarnation(
  first: { readonly epoch: Epoch; readonly incarnation: Incarnation },
  second: { readonly epoch: Epoch; readonly incarnation: Incarnation },
): number {
  return first.epoch === second.epoch ? first.incarnation - second.incarnation : first.epoch - second.epoch;
}
