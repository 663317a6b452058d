/** Test tool: random changes of a document, as an application makes them. */
import * as Y from 'yjs';
import type { SharedDoc } from './shared-doc.ts';

/** What is changed, where, and in whose name. */
export interface Change {
  readonly author: number;
  /** A position or a key. */
  readonly at: number;
  /** 0 to `changeKindsMax`. */
  readonly kind: number;
}

/** The last kind of change. */
export const changeKindsMax = 11;

/** Inserts, overwrites, deletes and nests, in all three roots. */
export function change(doc: SharedDoc, { author, at, kind }: Change): void {
  const map = doc.getMap<unknown>('map');
  const list = doc.getArray<unknown>('list');
  const text = doc.getText('text');
  const key = `k${at % 4}`;
  switch (kind) {
    case 0: return void map.set(key, `${author}.${at}`);
    case 1: return void map.delete(key);
    case 2: return void map.set(key, new Y.Map(Object.entries({ by: author, at })));
    case 3: return list.insert(at % (list.length + 1), [at, { author }, Uint8Array.of(at)]);
    case 4: return list.length === 0 ? undefined : list.delete(at % list.length);
    case 5: return text.insert(at % (text.length + 1), `<${author}🐦${at}>`);
    case 6: return text.length < 3 ? undefined : text.delete(at % (text.length - 2), 2);
    case 7: {
      const nested = map.get(key);
      return nested instanceof Y.Map ? void nested.set('in', at) : void map.set(key, Y.Array.from([author, at]));
    }
    case 8: return void [map.set(key, 1), map.set(key, 2), list.push([new Y.Text('t')]), text.insert(0, 'é')];
    case 9: return void map.set(key, { lost: new Map([[at, at]]), half: '\ud83d' });
    case 10: return text.insert(at % (text.length + 1), at % 2 === 0 ? '\ud83d' : '\udc26');
    default: return list.push([Y.Array.from([author])]);
  }
}
