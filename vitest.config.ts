import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    pool: 'forks',
    setupFiles: ['test/support/seed-fast-check.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A second, as vitest has it, is little on a machine that does other work as well.
    expect: { poll: { timeout: 20_000 } },
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'json-summary'] },
  },
});
