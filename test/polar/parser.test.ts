import { describe, expect, test } from 'vitest';
import type { ItemNode } from '../../src/polar/ast.ts';
import { Cursor, MAX_NESTING } from '../../src/polar/cursor.ts';
import { MAX_POLICY_BYTES, parseItems, parsePolicy } from '../../src/polar/parser.ts';
import { printPolicy } from '../../src/polar/print.ts';
import { validatePolicy } from '../../src/polar/validate.ts';
import { walk } from '../../src/polar/walk.ts';

describe('spans', () => {
  test('every node lies inside the node around it, and its text is the text of the source', () => {
    const text = `@f "x" if p(a);`;
    const [item] = itemsOf(`resource Repo { roles = ["x"]; ${text} }`);
    const rule = item?.kind === 'block' ? item.rules[0] : undefined;
    expect(rule?.span.source.text.slice(rule.span.start, rule.span.end)).toBe(text);
    for (const parent of item ? [item] : []) {
      walk(parent, (node) => {
        if (!('span' in node)) return;
        expect(node.span.start).toBeGreaterThanOrEqual(parent.span.start);
        expect(node.span.end).toBeLessThanOrEqual(parent.span.end);
      });
    }
  });

  test('an expression in parentheses includes them', () => {
    const [item] = itemsOf('p(a) if q(a) or ( b(a) and c(a) );');
    const body = item?.kind === 'rule' && item.body?.kind === 'or' ? item.body.operands[1] : undefined;
    expect(body?.span.source.text.slice(body.span.start, body.span.end)).toBe('( b(a) and c(a) )');
  });
});

describe('several sources', () => {
  test('are one policy, in their order', () => {
    const policy = parsePolicy([
      { name: 'a.polar', text: 'p("a");' },
      { name: 'b.polar', text: '' },
      { name: 'c.polar', text: 'p("c");' },
    ]);
    expect(printPolicy(policy)).toBe('p("a");\n\np("c");\n');
    expect(policy.items.map((item) => item.span.source.name)).toEqual(['a.polar', 'c.polar']);
  });

  test('do not continue an item of the one before', () => {
    const sources = [
      { name: 'a.polar', text: 'p("a") if' },
      { name: 'b.polar', text: 'q("a");' },
    ];
    expect(() => parsePolicy(sources)).toThrow('expected a condition, found the end of the file');
  });
});

describe('numbers', () => {
  test.each([
    ['0', 0n],
    ['-0', 0n],
    ['007', 7n],
    ['+7', 7n],
    ['- 7', -7n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['9223372036854775808', undefined],
    ['-9223372036854775809', undefined],
    [`${'0'.repeat(500)}1`, 1n],
    ['9'.repeat(500_000), undefined],
    ['1.0', undefined],
    ['1e2', undefined],
  ])('%.30s', (text, value) => {
    const [item] = itemsOf(`p(${text});`);
    const term = item?.kind === 'rule' ? item.head.parameters[0]?.term : undefined;
    expect(term).toMatchObject({ kind: 'number', value });
  });
});

describe('limits', () => {
  test(`nesting ends at ${MAX_NESTING} levels, of parentheses and of \`not\``, () => {
    const rule = (levels: number) => `p() if ${'('.repeat(levels)}q()${')'.repeat(levels)};`;
    expect(itemsOf(rule(MAX_NESTING))).toHaveLength(1);
    expect(itemsOf(`p() if ${'not '.repeat(MAX_NESTING)}q();`)).toHaveLength(1);
    const tooDeep = expect.objectContaining({ code: 'POLAR_COMPLEX' });
    expect(() => itemsOf(rule(MAX_NESTING + 1))).toThrow(tooDeep);
    expect(() => itemsOf(`p() if ${'('.repeat(900_000)}`)).toThrow(tooDeep);
    expect(() => itemsOf(`p() if ${'not '.repeat(200_000)}`)).toThrow(tooDeep);
    expect(() => itemsOf(`resource R { "a" if ${'('.repeat(900_000)} }`)).toThrow(tooDeep);
  });

  test('the size of all sources together ends at 960 KiB of UTF-8', () => {
    const comment = (sizeBytes: number) => `#${' '.repeat(sizeBytes - 1)}`;
    const half = { name: 'a.polar', text: comment(MAX_POLICY_BYTES / 2) };
    expect(parsePolicy([half, half]).items).toEqual([]);
    expect(() => parsePolicy([half, half, { name: 'b.polar', text: ';' }])).toThrow(
      expect.objectContaining({
        code: 'POLAR_COMPLEX',
        message: 'the policy has 983041 bytes, the limit is 983040',
        hint: 'move values that differ only by id from rules into facts',
      }),
    );
    const wide = { name: 'c.polar', text: `#${'é'.repeat(MAX_POLICY_BYTES / 2)}` };
    expect(() => parsePolicy([wide])).toThrow(expect.objectContaining({ code: 'POLAR_COMPLEX' }));
  });
});

describe('work', () => {
  const unit = 'p(x: T, "a", 1) if q(x) and (not r(x, U{"b"}) or x in ["a", "b"]); # comment\n';
  const tokensInUnit = 37;

  test('every token is read once, however long the text', () => {
    for (const copies of [0, 1, 10, 1_000, 10_000]) {
      const cursor = new Cursor({ name: 'a.polar', text: unit.repeat(copies) });
      expect(parseItems(cursor)).toHaveLength(copies);
      expect(cursor.tokensRead).toBe(copies * tokensInUnit + 1);
    }
  });

  test('10,000 rules and a policy of the largest size are parsed, checked and printed', () => {
    const rule = (i: number) =>
      `has_permission(user: User, "p${i}", repo: Repo) if has_role(user, "r${i % 7}", repo);\n`;
    const rules = Array.from({ length: 10_000 }, (_, i) => rule(i)).join('');
    const policy = parsePolicy([{ name: 'a.polar', text: `actor User {}\nresource Repo {}\n${rules}` }]);
    expect(policy.items).toHaveLength(10_002);
    expect(validatePolicy(policy)).toEqual([]);
    expect(printPolicy(policy).split('\n')).toHaveLength(2 * 10_002);
  });

  test.each([
    ['one string', `p("${'x'.repeat(900_000)}");`],
    ['one string of escapes', `p("${'\\\\'.repeat(450_000)}");`],
    ['one fraction', `p(${'0'.repeat(900_000)}.5);`],
    ['one name', `${'x'.repeat(900_000)}();`],
    ['one name of segments', `${'x::'.repeat(300_000)}x();`],
    ['one comment', `#${'x'.repeat(900_000)}`],
    ['many comments', '#\n'.repeat(450_000)],
    ['white space', ' '.repeat(900_000)],
    ['semicolons', ';'.repeat(900_000)],
    ['one list', `p() if q in [${'1,'.repeat(400_000)}];`],
    ['one call', `p() if q(${'1,'.repeat(400_000)}1);`],
    ['one disjunction', `p() if q()${' or q()'.repeat(120_000)};`],
    ['one block', `resource R { roles = ["a"]; ${'"a" if "a";'.repeat(80_000)} }`],
    ['one block of parents', `resource R {} resource S extends ${'R,'.repeat(400_000)} {}`],
    ['one block of undeclared names', `resource R { ${'"a" if "b";'.repeat(80_000)} }`],
    ['blocks in a chain', Array.from({ length: 25_000 }, (_, i) => `actor T${i} extends T${i + 1} {}`).join('\n')],
    ['one test', `test "a" { ${'assert p(); '.repeat(80_000)} }`],
  ])('%s of nearly a megabyte', (_, text) => {
    validatePolicy(parsePolicy([{ name: 'a.polar', text }]));
  });
});

function itemsOf(text: string): readonly ItemNode[] {
  return parsePolicy([{ name: 'a.polar', text }]).items;
}
