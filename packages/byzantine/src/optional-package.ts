/** Loads a package that the user may have left out. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * The exports of the package, or undefined if it cannot be loaded: not installed, or no binary for this platform.
 * Synchronous also for ES modules (Node >= 22.12). The caller states the shape it uses.
 */
export function loadOptional<Exports>(name: string): Exports | undefined {
  try {
    return require(name) as Exports;
  } catch {
    return undefined;
  }
}
