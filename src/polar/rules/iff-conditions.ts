import { quote } from '../../errors/quote.ts';
import type { AssertionNode, ExpressionNode, TermNode } from '../ast.ts';
import type { Finding, ValidationContext } from '../validation-context.ts';

/**
 * Conditions after `iff`
 *
 * `assert p(x: T) iff x in [values]`, or `x = value`: the exact set of values of the one typed variable. Nothing else
 * stands after `iff`, and `assert_not` takes none (polar reference, 7.8, 12.16 and 12.17).
 */
export function iffConditions({ nodesOf, report }: ValidationContext): void {
  for (const assertion of nodesOf('assertion')) {
    if (!assertion.iff) continue;
    const fault = faultOf(assertion, assertion.iff);
    if (fault) report({ severity: 'error', code: 'POLAR_TEST', ...fault });
  }
}

type Fault = Pick<Finding, 'message' | 'span' | 'hint'>;

function faultOf({ negated, head }: AssertionNode, iff: ExpressionNode): Fault | undefined {
  if (negated) {
    return {
      message: '`assert_not` takes no `iff`',
      span: iff.span,
      hint: 'list what holds: `assert … iff x in [ … ]`',
    };
  }
  const parameter = head.parameters.find(({ term }) => term.kind === 'variable' && term.name !== '_');
  if (parameter?.term.kind !== 'variable' || !parameter.type) {
    const hint = 'write the argument that the list is about as `x: Type`';
    return { message: '`iff` needs one variable with a type in the assertion', span: head.span, hint };
  }
  return faultOfCondition(iff, parameter.term.name);
}

function faultOfCondition(iff: ExpressionNode, variable: string): Fault | undefined {
  const listed = listedValues(iff);
  const item = listed?.item;
  if (!listed || item?.kind !== 'variable' || item.name !== variable) {
    const hint = `write \`iff ${variable} in [ … ]\` or \`iff ${variable} = …\``;
    return { message: `\`iff\` lists the values of ${quote(variable)} and nothing else`, span: iff.span, hint };
  }
  const open = listed.values.find(({ kind }) => kind === 'variable' || kind === 'now');
  return (
    open && { message: '`iff` lists values only', span: open.span, hint: 'write a literal, such as `User{"alice"}`' }
  );
}

function listedValues(
  iff: ExpressionNode,
): { readonly item: TermNode; readonly values: readonly TermNode[] } | undefined {
  if (iff.kind === 'in') return { item: iff.item, values: iff.list.items };
  if (iff.kind !== 'compare' || iff.operator !== '=') return undefined;
  const [item, value] = iff.left.kind === 'variable' ? [iff.left, iff.right] : [iff.right, iff.left];
  return { item, values: [value] };
}
