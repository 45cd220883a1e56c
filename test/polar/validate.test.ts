import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../src/polar/parser.ts';
import { SPECIFIED_RULES } from '../../src/polar/specified-rules.ts';
import { MAX_DIAGNOSTICS, validatePolicy } from '../../src/polar/validate.ts';

const validate = (...texts: string[]) =>
  validatePolicy(parsePolicy(texts.map((text, index) => ({ name: `${index}.polar`, text }))));

describe('a report', () => {
  test('goes by source and place, whichever rule found what', () => {
    const found = validate('p(1.5) if q(once);\nglobal { roles = { a: B }; }', 'global {}\np(Actor{"x"}, 1.5);');
    expect(found.map(({ span, code }) => `${span.source.name} ${span.start} ${code}`)).toEqual([
      '0.polar 2 POLAR_LITERAL',
      '0.polar 12 POLAR_STYLE',
      '0.polar 36 POLAR_DECLARATION',
      '1.polar 0 POLAR_DECLARATION',
      '1.polar 12 POLAR_ABSTRACT',
      '1.polar 24 POLAR_LITERAL',
    ]);
  });

  test(`stops at ${MAX_DIAGNOSTICS}, errors first, and says what is left out`, () => {
    const warnings = 'p(once);\n'.repeat(150);
    const atLimit = validate('p(once);\n'.repeat(MAX_DIAGNOSTICS));
    expect(atLimit).toHaveLength(MAX_DIAGNOSTICS);

    const found = validate(`${warnings}q(1.5);\nq(1.5);`);
    expect(found).toHaveLength(MAX_DIAGNOSTICS + 1);
    expect(found.filter(({ severity }) => severity === 'error')).toHaveLength(2);
    expect(found.at(-1)).toMatchObject({
      severity: 'warning',
      message: 'the report ends here: more errors: 0, more warnings: 52',
    });

    const flood = validate(`${warnings}${'q(1.5);\n'.repeat(150)}`);
    expect(flood.every(({ severity }) => severity === 'error')).toBe(true);
    expect(flood.at(-1)?.message).toBe('the report ends here: more errors: 50, more warnings: 150');
  });

  test('holds every finding once', () => {
    const found = validate('resource R { relations = { a: Nothing }; roles = ["x"]; "x" if "y" on "a"; }');
    expect(found.map(({ code }) => code)).toEqual(['POLAR_UNKNOWN_TYPE']);
  });
});

test('every file of rules/ is run, except what rules share', () => {
  const files = readdirSync(new URL('../../src/polar/rules/', import.meta.url)).filter(
    (file) => file !== 'declared-in.ts',
  );
  const names = files.map((file) => file.replace('.ts', '').replace(/-./g, (part) => part.slice(1).toUpperCase()));
  expect(SPECIFIED_RULES.map((rule) => rule.name).sort()).toEqual(names.sort());
});
