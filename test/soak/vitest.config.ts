import { defineConfig } from 'vitest/config';

/** `npm run soak`: every case of the bars, one file after another, one line per bar. */
export default defineConfig({
  test: {
    include: ['test/soak/**/*.test.ts'],
    pool: 'forks',
    setupFiles: ['test/support/seed-fast-check.ts'],
    fileParallelism: false,
    testTimeout: 3_600_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 20_000 } },
    reporters: ['./test/soak/support/bar-reporter.ts'],
    provide: { soak: 'full' },
  },
});
