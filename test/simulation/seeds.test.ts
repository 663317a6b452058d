import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runSeedPlan, runSeeds, type SeedPlan } from '@murmuration/simulator';
import { describe, expect, it } from 'vitest';
import { mutations } from './mutations.ts';

const packages = fileURLToPath(new URL('../../packages/', import.meta.url));
const keptFolder = fileURLToPath(new URL('./seeds/', import.meta.url));

/** A plan that found something, with what it found. */
interface KeptSeed {
  readonly found: string;
  readonly plan: SeedPlan;
}

describe('seeds', () => {
  it('a hundred of them hold all that is checked, and reach every rare branch', async () => {
    const result = await runSeeds({ from: 1, count: 100, signal: new AbortController().signal, onSeed: () => undefined });
    expect(result.failures).toEqual([]);
    expect(result.neverReached).toEqual([]);
    expect([result.count, result.complete]).toEqual([100, true]);
  }, 120_000);

  const kept = existsSync(keptFolder) ? readdirSync(keptFolder).filter((name) => name.endsWith('.json')) : [];
  it.each(kept)('what was found once stays found: %s', (name) => {
    const { found, plan } = JSON.parse(readFileSync(`${keptFolder}${name}`, 'utf8')) as KeptSeed;
    expect(runSeedPlan(plan).verdicts.filter(({ holds }) => !holds), found).toEqual([]);
  });
});

describe('planted bugs', () => {
  it('are at least fifteen, each named once', () => {
    expect(mutations.length).toBeGreaterThanOrEqual(15);
    expect(new Set(mutations.map(({ name }) => name)).size).toBe(mutations.length);
  });

  it.each(mutations)('$name is a change of one place in $file', ({ file, search, replace }) => {
    expect(readFileSync(`${packages}${file}`, 'utf8').split(search).length).toBe(2);
    expect(replace).not.toBe(search);
  });
});
