import { describe, expect, test } from 'vitest';
import { policyCases } from './case-files.ts';
import { testPolicy } from './run-policy.ts';

const cases = policyCases('policies');

describe('every assertion of a realistic policy holds', () => {
  test.each(cases)('$name', ({ sources }) => {
    expect(testPolicy(sources)).toMatchObject({ success: true, errors: [] });
  });
});

test('the order of the files of a policy has no meaning', () => {
  for (const { sources } of cases.filter((policy) => policy.sources.length > 1)) {
    expect(testPolicy(sources.toReversed())).toMatchObject({ success: true, errors: [] });
  }
});

test('all policies together make more than five hundred assertions, in positive and negative form', () => {
  const text = cases.flatMap(({ sources }) => sources.map((source) => source.text)).join('\n');
  expect(cases.length).toBeGreaterThan(45);
  expect(text.match(/^ *assert /gm)?.length).toBeGreaterThan(400);
  expect(text.match(/^ *assert_not /gm)?.length).toBeGreaterThan(150);
});

test('line breaks of Windows, tabs and a byte order mark change nothing', () => {
  for (const { name, sources } of cases) {
    if (name === 'strings.polar') continue; // It has a line break inside a string.
    const changed = sources.map((source) => ({
      name: source.name,
      text: `\ufeff${source.text.replace(/^ +/gm, '\t').replaceAll('\n', '\r\n')}`,
    }));
    expect(testPolicy(changed), name).toMatchObject({ success: true, errors: [] });
  }
});
