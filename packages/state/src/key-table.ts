/** Interns register keys: one text, one small handle. Grows with the registers that name a key, never shrinks. */
import { assert } from '@murmuration/protocol';

/** Handle of an interned key. */
export type KeyHandle = number;

/** Texts to handles and back. */
export class KeyTable {
  readonly #handles = new Map<string, KeyHandle>();
  readonly #texts: string[] = [];

  /** The handle of a key that some register has, or undefined. */
  find(key: string): KeyHandle | undefined {
    return this.#handles.get(key);
  }

  /** The handle of a key, made if it is new. */
  intern(key: string): KeyHandle {
    const known = this.#handles.get(key);
    if (known !== undefined) return known;
    const handle = this.#texts.length;
    this.#handles.set(key, handle);
    this.#texts.push(key);
    return handle;
  }

  textOf(handle: KeyHandle): string {
    const text = this.#texts[handle];
    assert(text !== undefined, 'a handle names an interned key');
    return text;
  }
}
