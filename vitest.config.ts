import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    pool: 'forks',
    setupFiles: ['test/support/seed-fast-check.ts'],
    // Ten times what the longest test without a limit of its own takes beside other work; hooks start database servers.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // A second, as vitest has it, is little on a machine that does other work as well.
    expect: { poll: { timeout: 20_000 } },
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'json-summary'] },
  },
});
