/**
 * What can be said of an update from the books of its own log alone (A2 to A6, A8 own, A9 content): whose structs, in
 * which order, of which content. The same at any time on any node, so a fault here is final before anything is waited
 * for.
 */
import { documentUpdateBytesMax } from '@murmuration/protocol';
import * as Y from 'yjs';
import {
  deletedRangesPerUpdateMax, emptyLengthMax, structsPerLogMax, structsPerUpdateMax, updateBytesPerLogMax,
} from './admission-limits.ts';
import type { InadmissibleReason } from './admission.ts';
import { contentFault } from './content-check.ts';
import type { DocumentLog } from './document-log.ts';

type DecodedUpdate = ReturnType<typeof Y.decodeUpdate>;
export type Struct = DecodedUpdate['structs'][number];
export type DeletedRanges = DecodedUpdate['ds']['clients'];

/** An update in parts, not yet admitted. */
export interface OpenedUpdate {
  readonly structs: readonly Struct[];
  readonly deletes: DeletedRanges;
  /** The log's own clock after the update. */
  readonly nextClock: number;
}

/** Takes an update apart and checks what depends on nothing but its log; a reason where it is not admissible. */
export function openUpdate(update: Uint8Array, log: DocumentLog): OpenedUpdate | InadmissibleReason {
  if (update.length > documentUpdateBytesMax) return 'oversized';
  const decoded = decode(update);
  if (decoded === undefined) return 'undecodable';
  const { structs } = decoded;
  const deletes = decoded.ds.clients;
  if (structs.length === 0 && deletes.size === 0) return 'undecodable';
  // The first byte counts sections of structs. More than one is nobody's right, and repeated sections of one client are
  // read differently by `decodeUpdate` (all of them) and `applyUpdate` (the last of them).
  if ((update[0] as number) > 1) return 'foreign-struct';
  if (structs.length > structsPerUpdateMax || rangesIn(deletes) > deletedRangesPerUpdateMax) return 'oversized';
  if (log.structs + structs.length > structsPerLogMax) return 'over-quota';
  if (log.updateBytes + update.length > updateBytesPerLogMax) return 'over-quota';
  let nextClock = log.nextClock;
  for (const struct of structs) {
    const fault = structFault(struct, log.identity.client, nextClock, update);
    if (fault !== undefined) return fault;
    nextClock += struct.length;
  }
  return deleteFault(deletes, log.identity.client, nextClock) ?? { structs, deletes, nextClock };
}

/** Yjs throws on most of what is no update. */
function decode(update: Uint8Array): DecodedUpdate | undefined {
  try {
    return Y.decodeUpdate(update);
  } catch {
    return undefined;
  }
}

function structFault(
  struct: Struct, client: number, clock: number, update: Uint8Array,
): InadmissibleReason | undefined {
  if (struct.id.client !== client) return 'foreign-struct';
  if (struct.id.clock !== clock) return 'clock-gap';
  if (!(struct.length >= 1)) return 'forbidden-content';
  if (struct instanceof Y.GC) return struct.length > emptyLengthMax ? 'oversized' : undefined;
  if (!(struct instanceof Y.Item)) return 'forbidden-content';
  if (referencesOf(struct).some((id) => id.client === client && id.clock >= clock)) return 'unknown-own-struct';
  return contentFault(struct.content, update);
}

/** The structs that an item names: its neighbors, or else the type that it stands in. */
export function referencesOf({ origin, rightOrigin, parent }: Y.Item): Y.ID[] {
  return [origin, rightOrigin, parent instanceof Y.ID ? parent : null].filter((id) => id !== null);
}

/** Own deletes reach back only; a range has a length. */
function deleteFault(deletes: DeletedRanges, client: number, nextClock: number): InadmissibleReason | undefined {
  for (const [target, ranges] of deletes) {
    for (const { clock, len } of ranges) {
      if (!(len >= 1)) return 'forbidden-content';
      if (target === client && clock + len > nextClock) return 'unknown-own-struct';
    }
  }
  return undefined;
}

function rangesIn(deletes: DeletedRanges): number {
  let count = 0;
  for (const ranges of deletes.values()) count += ranges.length;
  return count;
}
