import type { PolicyTestResult } from '../engine/run-policy-tests.ts';
import { runPolicyTests } from '../engine/run-policy-tests.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { renderMessage } from '../errors/oso-error.ts';
import { loadPolicy } from '../program/load-policy.ts';
import type { Source } from '../source/source.ts';
import type { Clock } from '../util/clock.ts';

/** A policy, compiled and tested. The result has the shape of the API (polar reference, 7.12). */
export interface TestedPolicy {
  readonly result: PolicyTestResult;
  readonly warnings: readonly Diagnostic[];
}

/** Limits of one assertion and of all of them: a test that needs more is a test that hangs. */
const MAX_STEPS = 200_000_000;
const MAX_MS = 20_000;

export function testPolicy(sources: readonly Source[], clock: Clock): TestedPolicy {
  const loaded = loadPolicy(sources);
  const { warnings } = loaded;
  if (!loaded.ok) {
    const errors = loaded.errors.map((error) => ({
      error_type: 'ValidationFailed' as const,
      message: renderMessage(error),
    }));
    return { result: { success: false, errors, tests: [] }, warnings };
  }
  const result = runPolicyTests(loaded.program, {
    unixTime: BigInt(Math.floor(clock.nowMs() / 1_000)),
    budget: { maxSteps: MAX_STEPS, deadlineMs: clock.monotonicMs() + MAX_MS, monotonicMs: () => clock.monotonicMs() },
  });
  return { result, warnings };
}

/** Warnings as stderr shows them. */
export function printWarnings(warnings: readonly Diagnostic[]): readonly string[] {
  return warnings.map((warning) => `warning: ${renderMessage(warning)}`);
}

/** `3 tests, 12 assertions, all passed`. */
export function summarizeTests({ tests }: PolicyTestResult): string {
  const total = tests.reduce((sum, test) => sum + test.total, 0);
  const failed = total - tests.reduce((sum, test) => sum + test.passed, 0);
  const counts = `${plural(tests.length, 'test')}, ${plural(total, 'assertion')}`;
  return failed === 0 ? `${counts}, all passed` : `${counts}, ${failed} failed`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
