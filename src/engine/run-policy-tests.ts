import { OsoError } from '../errors/oso-error.ts';
import { quote } from '../errors/quote.ts';
import type { Fact } from '../facts/fact.ts';
import { createMemoryFacts } from '../facts/memory-facts.ts';
import type { Assertion, PolicyTest, Program } from '../program/program.ts';
import { printPlace } from '../source/frame.ts';
import { Catalog } from './catalog.ts';
import type { Budget } from './engine.ts';
import { judgeExpectation } from './judge-expectation.ts';
import { RequestState } from './request-state.ts';
import { Solver } from './solver.ts';
import { checkDeadline } from './step-meter.ts';
import type { Table } from './table.ts';

/** As answered by servers and written by the command line (polar reference, 7.12): the field names are the API's. */
export interface PolicyTestResult {
  readonly success: boolean;
  readonly errors: readonly PolicyTestError[];
  /** In the order of the policy; `passed` and `total` count assertions. */
  readonly tests: readonly { readonly name: string; readonly passed: number; readonly total: number }[];
}

interface PolicyTestError {
  /** `ServerError`: the assertion could not be judged. */
  readonly error_type: 'ValidationFailed' | 'AssertionFailed' | 'ServerError';
  readonly message: string;
}

/** Most values that one assertion may produce (polar reference, 12.19). */
export const MAX_TEST_RESULTS = 10_000;

/** `_`, or what tells one `_` from another: no name can hold a number sign. */
const ANONYMOUS = /^_(?:#|$)/u;

/**
 * Runs every `test` block (polar reference, 7). Facts of a test exist for that test alone; facts of an environment are
 * never visible. The budget is one for each assertion, its deadline one for all. Never throws for what a policy says.
 */
export function runPolicyTests(
  program: Program,
  options: { readonly unixTime: bigint; readonly budget: Budget },
): PolicyTestResult {
  const catalog = new Catalog(program, createMemoryFacts());
  const errors: PolicyTestError[] = [];
  const tests = program.tests.map((test) => {
    let contextFacts: readonly Fact[] | undefined;
    const begin = () => {
      checkDeadline(options.budget);
      contextFacts ??= test.setup.flat();
      return new RequestState(catalog, { ...options, contextFacts });
    };
    const found = test.assertions.flatMap((assertion) => runAssertion(test, assertion, begin) ?? []);
    errors.push(...found);
    return { name: test.name, passed: test.assertions.length - found.length, total: test.assertions.length };
  });
  return { success: errors.length === 0, errors, tests };
}

/** Undefined when the assertion passes. */
function runAssertion(test: PolicyTest, assertion: Assertion, begin: () => RequestState): PolicyTestError | undefined {
  const where = `test ${quote(test.name)}, ${printPlace(assertion.span)}: `;
  try {
    const request = begin();
    const solved = solve(assertion, request);
    if (solved.table.answers.size > MAX_TEST_RESULTS) {
      return { error_type: 'ServerError', message: `${where}more than ${MAX_TEST_RESULTS} results` };
    }
    const failure = judge(assertion, solved, request);
    return failure === undefined ? undefined : { error_type: 'AssertionFailed', message: where + failure };
  } catch (error) {
    if (!(error instanceof OsoError)) throw error;
    return { error_type: 'ServerError', message: where + error.message };
  }
}

interface Solved {
  readonly table: Table;
  /** The number of the named variable among those of the goal; -1 when there is none, as only without `iff`. */
  readonly asked: number;
}

function solve({ predicate, args }: Assertion, request: RequestState): Solved {
  const names: string[] = [];
  const row = args.map((arg) => {
    if (arg.kind === 'value') return request.handleOf(arg.value);
    if (arg.kind === 'now') return request.now;
    const known = ANONYMOUS.test(arg.name) ? -1 : names.indexOf(arg.name);
    return request.wildcards.code(request.setOf(arg.types), known === -1 ? names.push(arg.name) - 1 : known, true);
  });
  const table = new Solver(request).solve(request.predicate(predicate, args.length), row);
  return { table, asked: names.findIndex((name) => !ANONYMOUS.test(name)) };
}

/** What is wrong, or undefined. */
function judge(assertion: Assertion, { table, asked }: Solved, request: RequestState): string | undefined {
  const text = quote(assertion.span.source.text.slice(assertion.span.start, assertion.span.end).replace(/\s+/gu, ' '));
  if (assertion.expected === undefined) {
    const holds = table.answers.size > 0;
    if (holds !== assertion.negated) return undefined;
    return holds ? `${text} fails, because it holds` : `${text} fails, because it does not hold`;
  }
  const difference = judgeExpectation(assertion.expected, valuesOf(table, asked), request);
  return difference === undefined ? undefined : `${text} fails: ${difference}`;
}

function valuesOf({ answers }: Table, variable: number): readonly number[] {
  return Array.from({ length: answers.size }, (_, answer) => answers.at(answer, variable));
}
