import type { PolicyTestResult } from '../../engine/run-policy-tests.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import type { Paint } from '../paint.ts';
import { readPolicyFiles } from '../read-policy-files.ts';
import { printWarnings, summarizeTests, testPolicy } from '../test-policy.ts';

export const test: Command = {
  name: 'test',
  summary: 'run the test blocks of Polar files',
  arguments: [{ notation: '<policy...>', help: 'Polar files; together they are one policy' }],
  flags: [],
  settings: [],
  notes: `Needs no environment and no network. Warnings go to stderr.
With --json the result is {"success", "errors": [{"error_type", "message"}], "tests": [{"name", "passed", "total"}]}.

Exit codes: 0 all tests pass, 3 the policy is not valid or a test fails.

  $ oso-fallback test policy.polar tests/*.polar`,

  async run({ arguments: paths }, { clock, output }) {
    const { result, warnings } = testPolicy(await readPolicyFiles(paths), clock);
    for (const warning of printWarnings(warnings)) output.note(warning);
    if (output.isQuiet && !output.isJson) for (const { message } of result.errors) output.stderr.write(`${message}\n`);
    output.result(printResult(result, await output.paint('stdout')), result);
    return result.success ? EXIT.done : EXIT.invalid;
  },
};

function printResult(result: PolicyTestResult, paint: Paint): string {
  const tests = result.tests.map(({ name, passed, total }) =>
    passed === total
      ? `${paint.good('ok')}    ${name} (${total})`
      : `${paint.bad('FAIL')}  ${name} (${passed} of ${total})`,
  );
  const errors = result.errors.map(({ message }) => message);
  const isValid = !result.errors.some(({ error_type }) => error_type === 'ValidationFailed');
  const summary = isValid ? summarizeTests(result) : 'the policy is not valid; no test was run';
  return [...tests, ...separated(errors), '', summary].join('\n').trimStart();
}

function separated(errors: readonly string[]): readonly string[] {
  return errors.flatMap((error) => ['', error]);
}
