/** Runs the conformance suite against one implementation, under vitest. */
import { expect, test } from 'vitest';
import { obstacle, transportConformance, type ConformanceWorld } from '../conformance.ts';

/** A world and its end: every transport stopped, every process gone. */
export interface DisposableWorld {
  readonly world: ConformanceWorld;
  dispose(): Promise<void>;
}

/** Defines one test per case; a case that the world cannot express is skipped, with the reason in its name. */
export function testConformance(makeWorld: () => DisposableWorld): void {
  for (const conformanceCase of transportConformance) {
    const reason = obstacle(conformanceCase, makeWorld().world);
    const name = reason === undefined ? conformanceCase.name : `${conformanceCase.name} [skipped: ${reason}]`;
    test.skipIf(reason !== undefined)(name, async () => {
      const { world, dispose } = makeWorld();
      try {
        await expect(conformanceCase.run(world)).resolves.toBeUndefined();
      } finally {
        await dispose();
      }
    });
  }
}
