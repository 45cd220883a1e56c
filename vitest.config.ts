import { defineConfig } from 'vitest/config';

/**
 * Rooms of functions, which leave nothing behind: their files share a process. One for each takes more processor time than
 * most of these files.
 */
const FUNCTIONS = 'test/{config,engine,errors,metrics,policies,polar,program,property,source,util}/**/*.test.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    setupFiles: ['test/support/seed-fast-check.ts'],
    // Ten times what the longest test without a limit of its own takes beside other work; hooks start database servers.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // A second, as vitest has it, is little on a machine that does other work as well.
    expect: { poll: { timeout: 20_000 } },
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'json-summary'] },
    projects: [
      { extends: true, test: { name: 'functions', include: [FUNCTIONS], isolate: false } },
      {
        extends: true,
        test: { name: 'machine', include: ['test/**/*.test.ts'], exclude: ['test/bench/**', FUNCTIONS] },
      },
    ],
  },
});
