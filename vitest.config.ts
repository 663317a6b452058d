import { defineConfig } from 'vitest/config';

// Tests run on the sources, never on an earlier build: the condition `source` picks `src` in every package's `exports`.
const conditions = ['source', 'module', 'node', 'import', 'default'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };

const project = (name: string, include: string[], testTimeout: number) => ({
  ...shared,
  test: { name, include, testTimeout, hookTimeout: testTimeout, exclude: ['**/dist/**', '**/node_modules/**', '**/.build/**'] },
});

export default defineConfig({
  test: {
    projects: [
      project('tidy', ['test/architecture/**/*.test.ts'], 20_000),
      project('unit', ['packages/**/src/**/*.test.ts', 'apps/**/src/**/*.test.ts', 'demo/**/*.test.ts', 'test/simulation/**/*.test.ts'], 20_000),
      project('wire', ['test/wire/**/*.test.ts'], 20_000),
      // Real processes and sockets on two shared cores: time limits are generous, assertions are not.
      project('e2e', ['test/e2e/**/*.test.ts'], 120_000),
    ],
  },
});
