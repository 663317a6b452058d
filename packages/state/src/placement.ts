/**
 * Where the items of an update stand (A9): in which type, under which key, how deep. An item names its neighbors or its
 * type; both neighbors must stand in one place, and the place must be of a kind that holds such an item. Everything
 * that is referred to is present by now.
 */
import * as Y from 'yjs';
import type { DocumentRole } from './grants.ts';
import { typeDepthMax } from './admission-limits.ts';
import type { InadmissibleReason } from './admission.ts';
import { belongsTo, keyFault, kindOf } from './content-check.ts';
import { rootOf, type SharedDoc, type SharedType } from './shared-doc.ts';
import type { Struct } from './struct-check.ts';
import { makerOf } from './type-internals.ts';

/** A sequence of items: a list, a text, or the values that one key of a map has had. */
export interface Place {
  readonly type: SharedType;
  readonly key: string | null;
}

/** Finds and judges the places of the items of one update, in order. */
export class Placement {
  readonly #doc: SharedDoc;
  readonly #client: number;
  readonly #role: DocumentRole;
  readonly #structs: readonly Struct[];
  readonly #places = new Map<Struct, Place>();
  readonly #depths = new Map<SharedType, number>();

  constructor(doc: SharedDoc, client: number, role: DocumentRole, structs: readonly Struct[]) {
    this.#doc = doc;
    this.#client = client;
    this.#role = role;
    this.#structs = structs;
  }

  /** The place of the next item, or why there is none for it. */
  place(item: Y.Item): Place | InadmissibleReason {
    const place = this.#placeOf(item);
    if (typeof place === 'string') return place;
    const fault = this.#kindFault(place, item) ?? this.#depthFault(place, item);
    if (fault !== undefined) return fault;
    this.#places.set(item, place);
    return place;
  }

  #placeOf(item: Y.Item): Place | InadmissibleReason {
    const { origin, rightOrigin } = item;
    if (origin === null && rightOrigin === null) return this.#namedPlace(item);
    const left = origin === null ? undefined : this.#placeAt(origin);
    const right = rightOrigin === null ? undefined : this.#placeAt(rightOrigin);
    const isLost = (origin !== null && left === undefined) || (rightOrigin !== null && right === undefined);
    const place = left ?? right;
    if (isLost || place === undefined) return 'forbidden-content';
    const isTorn = right !== undefined && (place.type !== right.type || place.key !== right.key);
    return isTorn ? 'misplaced' : place;
  }

  /** An item without neighbors names a root, or the item that made its type. */
  #namedPlace({ parent, parentSub }: Y.Item): Place | InadmissibleReason {
    const fault = parentSub === null ? undefined : keyFault(parentSub);
    if (fault !== undefined) return fault;
    if (!(parent instanceof Y.ID)) {
      const root = typeof parent === 'string' ? rootOf(this.#doc, parent) : undefined;
      return root === undefined ? 'undeclared-root' : { type: root, key: parentSub };
    }
    const maker = this.#structAt(parent);
    const content = maker instanceof Y.Item ? maker.content : undefined;
    return content instanceof Y.ContentType ? { type: content.type, key: parentSub } : 'forbidden-content';
  }

  #kindFault({ type, key }: Place, item: Y.Item): InadmissibleReason | undefined {
    const kind = kindOf(type);
    if (kind === undefined || (kind === 'map') !== (key !== null) || !belongsTo(kind, item.content)) return 'misplaced';
    if (kind !== 'map') return undefined;
    // Yjs puts a new value after the last one. Whatever stands before another would be born deleted.
    if (item.rightOrigin !== null) return 'misplaced';
    // A new value deletes the one before it without saying so, so contributors write only where nobody else began.
    return this.#role === 'editor' || this.#isOwn(type) ? undefined : 'not-granted';
  }

  #depthFault({ type }: Place, { content }: Y.Item): InadmissibleReason | undefined {
    if (!(content instanceof Y.ContentType)) return undefined;
    const depth = this.#depthOf(type) + 1;
    this.#depths.set(content.type, depth);
    return depth > typeDepthMax ? 'too-deep' : undefined;
  }

  /** 0 for a root. Types of this update are not part of the document yet, so their depths are kept here. */
  #depthOf(type: SharedType): number {
    const known = this.#depths.get(type);
    if (known !== undefined) return known;
    const parent = makerOf(type)?.parent;
    const depth = parent instanceof Y.AbstractType ? this.#depthOf(parent) + 1 : 0;
    this.#depths.set(type, depth);
    return depth;
  }

  /** True if this log made the type: a type of this update, or an item of its client. */
  #isOwn(type: SharedType): boolean {
    const maker = makerOf(type);
    return maker === null ? type.doc === null : maker.id.client === this.#client;
  }

  #placeAt(id: Y.ID): Place | undefined {
    const struct = this.#structAt(id);
    if (!(struct instanceof Y.Item)) return undefined;
    const known = this.#places.get(struct);
    if (known !== undefined) return known;
    return struct.parent instanceof Y.AbstractType ? { type: struct.parent, key: struct.parentSub } : undefined;
  }

  /** The struct that holds an id: one of this update, or one of the document. */
  #structAt(id: Y.ID): Struct {
    const first = this.#structs[0];
    const isOfUpdate = first !== undefined && id.client === this.#client && id.clock >= first.id.clock;
    if (!isOfUpdate) return Y.getItem(this.#doc.store, id);
    return this.#structs[Y.findIndexSS(this.#structs as (Y.GC | Y.Item)[], id.clock)] as Struct;
  }
}
