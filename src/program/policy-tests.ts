import type { Fact, Value } from '../facts/fact.ts';
import type { AssertionNode, ExpressionNode, FactNode, ParameterNode, PolicyNode, TermNode } from '../polar/ast.ts';
import { literalValue } from './literal-value.ts';
import type { Assertion, AssertionTerm, PolicyTest } from './program.ts';
import { ANY_TYPE, typesUnder } from './type-set.ts';
import type { TypeTable } from './type-table.ts';

/** The `test` blocks of a checked policy, fixtures spliced into their setups (polar reference, 7). */
export function policyTests(policy: PolicyNode, types: TypeTable): readonly PolicyTest[] {
  const fixtures = new Map<string, readonly Fact[]>();
  for (const item of policy.items) if (item.kind === 'fixture') fixtures.set(item.name.text, item.facts.map(factOf));
  return policy.items.flatMap((item) => {
    if (item.kind !== 'test') return [];
    const runs = item.setup.map((entry) =>
      entry.kind === 'fact' ? [factOf(entry)] : (fixtures.get(entry.name.text) as readonly Fact[]),
    );
    return [
      {
        name: item.name.value,
        setup: [...new Set(runs)],
        assertions: item.assertions.map((assertion) => assertionOf(assertion, types)),
        span: item.span,
      },
    ];
  });
}

/** The fact that a line of a setup or fixture states. */
export function factOf({ name, args }: FactNode): Fact {
  return { predicate: name.text, args: args.map(valueOfTerm) };
}

function valueOfTerm(term: TermNode): Value {
  if (term.kind === 'variable' || term.kind === 'now')
    throw new Error('a checked policy has a variable where a value stands');
  return literalValue(term);
}

function assertionOf({ negated, head, iff, span }: AssertionNode, types: TypeTable): Assertion {
  return {
    negated,
    predicate: head.name.text,
    args: assertionTerms(head.parameters, types),
    expected: iff && expectedValues(iff),
    span,
  };
}

function assertionTerms(parameters: readonly ParameterNode[], types: TypeTable): readonly AssertionTerm[] {
  const typed = new Map(
    parameters.flatMap(({ term, type }) => (term.kind === 'variable' && type ? [[term.name, type.text] as const] : [])),
  );
  return parameters.map(({ term, type }, position) => {
    if (term.kind === 'now') return { kind: 'now' };
    if (term.kind !== 'variable') return { kind: 'value', value: literalValue(term) };
    // A number sign cannot be part of a name, so each `_` is a variable of its own.
    const name = term.name === '_' ? `_#${position + 1}` : term.name;
    const typeName = type?.text ?? (term.name === '_' ? undefined : typed.get(term.name));
    return { kind: 'variable', name, types: typeName === undefined ? ANY_TYPE : typesUnder(types, typeName) };
  });
}

/** The values of `x in [ … ]` or `x = …`. */
function expectedValues(condition: ExpressionNode): readonly Value[] {
  if (condition.kind === 'in') return condition.list.items.map(valueOfTerm);
  if (condition.kind !== 'compare') throw new Error('a checked policy has an `iff` that lists no values');
  return [valueOfTerm(condition.left.kind === 'variable' ? condition.right : condition.left)];
}
