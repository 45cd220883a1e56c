import type { TestCase, TestModule } from 'vitest/node';

/** One line per bar: whether it is met, its name, what was measured, how long it took. */
export default class BarReporter {
  #bars = 0;
  #failed = 0;

  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result();
    const { measured = '' } = test.meta();
    const seconds = ((test.diagnostic()?.duration ?? 0) / 1_000).toFixed(1);
    this.#bars += 1;
    if (state === 'failed') this.#failed += 1;
    const verdict = { passed: 'ok', failed: 'FAILED', skipped: 'skipped', pending: 'pending' }[state];
    const note = state === 'skipped' ? (test.result() as { note?: string }).note : undefined;
    process.stdout.write(`${verdict.padEnd(8)}${test.name}: ${measured || note || '-'} (${seconds} s)\n`);
    for (const { stack, message, diff = '' } of errors ?? []) {
      process.stdout.write(`        ${stack ?? message}\n${diff}\n`);
    }
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const error of module.errors()) process.stdout.write(`FAILED  ${module.moduleId}: ${error.message}\n`);
    }
    process.stdout.write(`${this.#bars} bars, ${this.#failed} failed\n`);
  }
}
