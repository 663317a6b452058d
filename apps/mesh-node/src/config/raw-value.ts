/** A value as it was found, with where it was found: complaints name the place in the user's own words. */
import { resolve } from 'node:path';
import type { SettingKey, SettingKind } from './settings.ts';

/** One value, not checked yet. */
export interface RawValue {
  readonly value: unknown;
  /** `--listen`, `MESH_LISTEN`, `mesh.yaml: listen`. */
  readonly place: string;
}

/** The values of one source. */
export type RawValues = Partial<Record<SettingKey, RawValue>>;

/** Reads the text of a flag or of the environment as the kind says; what cannot be read stays text, and the check complains. */
export function valueOfText(kind: SettingKind, text: string, folder: string): unknown {
  switch (kind) {
    case 'number': return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean': return ({ true: true, 1: true, false: false, 0: false } as Record<string, boolean>)[text] ?? text;
    case 'list': return text.split(',').map((part) => part.trim()).filter((part) => part !== '');
    case 'path': return text === '' ? text : resolve(folder, text);
    case 'text': return text;
  }
}
