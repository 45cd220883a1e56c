import { quote } from '../../errors/quote.ts';
import type { NameNode, RuleNode, ShorthandRuleNode, VariableNode } from '../ast.ts';
import type { ValidationContext } from '../validation-context.ts';
import { walk } from '../walk.ts';

/**
 * Singleton variables
 *
 * A variable that stands once in its rule joins nothing, so it may be a typing error. Names that start with `_` say
 * that it is meant (polar reference, 1.14).
 */
export function singletonVariables({ nodesOf, report }: ValidationContext): void {
  for (const rule of nodesOf('rule')) check(rule, []);
  for (const { container, rules } of nodesOf('block')) {
    for (const rule of rules) check(rule, container === 'global' ? ['actor'] : ['actor', 'resource']);
  }

  function check(rule: RuleNode | ShorthandRuleNode, bound: readonly string[]): void {
    for (const { name, span } of singletons(rule)) {
      if (name.startsWith('_') || bound.includes(name)) continue;
      report({
        severity: 'warning',
        code: 'POLAR_STYLE',
        message: `the variable ${quote(name)} stands only once in its rule`,
        span,
        hint: `if that is meant, write \`_\` or ${quote(`_${name}`)}`,
      });
    }
  }
}

function singletons(rule: RuleNode | ShorthandRuleNode): readonly Pick<VariableNode, 'name' | 'span'>[] {
  const first = new Map<string, Pick<VariableNode, 'name' | 'span'>>();
  const repeated = new Set<string>();
  walk(rule, (node) => {
    if (node.kind === 'matches') note(asVariable(node.variable));
    if (node.kind === 'variable') note(node);
  });
  // The head `role` or `permission` of a shorthand rule is a parameter: any body may leave it alone.
  if (rule.kind === 'shorthand-rule' && rule.head.kind === 'variable') repeated.add(rule.head.name);
  return [...first.values()].filter(({ name }) => !repeated.has(name));

  function note(variable: Pick<VariableNode, 'name' | 'span'>): void {
    if (first.has(variable.name)) repeated.add(variable.name);
    else first.set(variable.name, variable);
  }
}

function asVariable({ text, span }: NameNode): Pick<VariableNode, 'name' | 'span'> {
  return { name: text, span };
}
