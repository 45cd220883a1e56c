import { defineConfig } from 'vitest/config';

/**
 * `npm run coverage`: how many branches of the rooms on the way of a decision the tests that run in one process take. A
 * branch that no test can take is one to remove.
 */
export default defineConfig({
  test: {
    include: ['test/{dev-server,engine,facts,generations,http,policies,snapshot,sync}/**/*.test.ts'],
    pool: 'forks',
    setupFiles: ['test/support/seed-fast-check.ts'],
    // Twice those of `npm test`: counting branches takes time.
    testTimeout: 240_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 40_000 } },
    coverage: {
      provider: 'v8',
      enabled: true,
      include: ['src/{engine,facts,generations,http,snapshot}/**'],
      reporter: ['text'],
      thresholds: { branches: 100 },
    },
  },
});
