import { type PolicyTestResult, runPolicyTests } from '../engine/run-policy-tests.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { renderMessage } from '../errors/oso-error.ts';
import { DEFAULT_LIMITS } from '../http/limits.ts';
import { loadPolicy } from '../program/load-policy.ts';
import type { Program } from '../program/program.ts';
import type { Source } from '../source/source.ts';
import type { Clock } from '../util/clock.ts';
import type { Environment, SavedPolicy } from './environment.ts';

/** What became of a policy that was to be saved. */
export type SaveOutcome =
  | { readonly kind: 'saved' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'invalid'; readonly errors: readonly Diagnostic[] }
  | { readonly kind: 'tests-failed'; readonly results: PolicyTestResult };

export interface SaveOptions {
  readonly clock: Clock;
  /** Save although tests fail. A policy that is not valid cannot be forced. */
  readonly force: boolean;
  /** What GET /policy calls it. */
  readonly filename: string | undefined;
}

/** Validates the policy, runs its tests, and makes it the policy of the environment (polar reference, 7.11). */
export function savePolicy(environment: Environment, sources: readonly Source[], options: SaveOptions): SaveOutcome {
  const text = sources.map((source) => source.text).join('\n');
  if (text === environment.policy.text) return { kind: 'unchanged' };
  const loaded = loadPolicy(sources);
  if (!loaded.ok) return { kind: 'invalid', errors: loaded.errors };
  const { program } = loaded;
  const results = runTests(program, options.clock);
  if (!results.success && !options.force) return { kind: 'tests-failed', results };
  environment.savePolicy({ text, filename: options.filename, program });
  return { kind: 'saved' };
}

function runTests(program: Program, clock: Clock): PolicyTestResult {
  return runPolicyTests(program, {
    unixTime: BigInt(Math.floor(clock.nowMs() / 1_000)),
    budget: {
      maxSteps: DEFAULT_LIMITS.maxEvaluationSteps,
      deadlineMs: clock.monotonicMs() + DEFAULT_LIMITS.maxEvaluationMs,
      monotonicMs: () => clock.monotonicMs(),
    },
  });
}

/** The policy of an environment that has none: nothing is allowed. */
export function noPolicy(): SavedPolicy {
  const loaded = loadPolicy([]);
  if (!loaded.ok) throw new Error('the empty policy is not valid');
  return { text: '', filename: undefined, program: loaded.program };
}

/** Every error with its place and the underlined source. */
export function printPolicyErrors(errors: readonly Diagnostic[]): string {
  return `the policy is not valid\n\n${errors.map(renderMessage).join('\n\n')}`;
}

/** Every failed assertion. */
export function printTestFailures({ errors }: PolicyTestResult): string {
  return `tests of the policy fail\n\n${errors.map(({ message }) => message).join('\n\n')}`;
}
