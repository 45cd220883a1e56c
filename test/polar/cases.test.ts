import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OsoError, renderMessage } from '../../src/errors/oso-error.ts';
import { parsePolicy } from '../../src/polar/parser.ts';
import { printPolicy } from '../../src/polar/print.ts';
import { validatePolicy } from '../../src/polar/validate.ts';

/*
 * Each folder of test/cases/polar holds a policy and what becomes of it: the syntax error, else what validation reports,
 * else the canonical text. UPDATE=1 rewrites the expectations; review the difference.
 */
const CASES = new URL('../cases/polar/', import.meta.url);
const names = readdirSync(CASES).sort();

describe('policies and what becomes of them', () => {
  test.each(names)('%s', (name) => {
    const policy = readFileSync(new URL(`${name}/policy.polar`, CASES), 'utf8');
    const expectation = new URL(`${name}/expected.txt`, CASES);
    const outcome = `${outcomeOf(policy)}\n`;
    if (process.env['UPDATE'] === '1') writeFileSync(expectation, outcome);
    expect(outcome).toBe(readFileSync(expectation, 'utf8'));
  });

  test('there are cases', () => {
    expect(names.length).toBeGreaterThanOrEqual(60);
  });
});

function outcomeOf(text: string): string {
  try {
    const tree = parsePolicy([{ name: 'policy.polar', text }]);
    const diagnostics = validatePolicy(tree);
    if (diagnostics.length === 0) return printPolicy(tree).trimEnd();
    return diagnostics.map((item) => `${item.severity} ${renderMessage(item)}`).join('\n\n');
  } catch (error) {
    if (error instanceof OsoError) return `error ${error.render()}`;
    throw error;
  }
}
