import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderMessage } from '../../src/errors/oso-error.ts';
import { parsePolicy } from '../../src/polar/parser.ts';
import { validatePolicy } from '../../src/polar/validate.ts';
import { loadPolicy } from '../../src/program/load-policy.ts';
import { printProgram } from '../../src/program/print-program.ts';
import type { Program } from '../../src/program/program.ts';

/*
 * Each folder of test/cases/program holds a policy and what becomes of it: diagnostics (but for those that the tree alone
 * gives), then rules, signatures and, where the first line of the policy asks for it, metadata. UPDATE=1 rewrites the
 * expectations; review the diff.
 */

const FOLDER = new URL('../cases/program/', import.meta.url);
const names = readdirSync(FOLDER).sort();

describe('a policy becomes a program', () => {
  test('there are cases', () => {
    expect(names.length).toBeGreaterThanOrEqual(40);
  });

  test.each(names)('%s', (name) => {
    const text = readFileSync(new URL(`${name}/policy.polar`, FOLDER), 'utf8');
    const expected = new URL(`${name}/expected.txt`, FOLDER);
    const actual = outcomeOf(text);
    if (process.env['UPDATE'] === '1') writeFileSync(expected, actual);
    expect(actual).toBe(readFileSync(expected, 'utf8'));
  });
});

function outcomeOf(text: string): string {
  const source = { name: 'policy.polar', text };
  const loaded = loadPolicy([source]);
  const ofTreeAlone = new Set(validatePolicy(parsePolicy([source])).map(renderMessage));
  const diagnostics = [...(loaded.ok ? [] : loaded.errors), ...loaded.warnings]
    .filter((diagnostic) => !ofTreeAlone.has(renderMessage(diagnostic)))
    .map((diagnostic) => `${diagnostic.severity} ${renderMessage(diagnostic)}\n\n`);
  const metadata = loaded.ok && text.startsWith('# metadata') ? printMetadata(loaded.program) : '';
  return `${diagnostics.join('')}${loaded.ok ? printProgram(loaded.program) : ''}${metadata}`;
}

function printMetadata({ metadata }: Program): string {
  const lines = [...metadata.resources].map(([type, { roles, permissions, relations }]) =>
    [type, JSON.stringify(roles), JSON.stringify(permissions), JSON.stringify([...relations])].join(' '),
  );
  return `\n${lines.join('\n')}\n`;
}
