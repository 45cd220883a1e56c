import { assertNever } from '../util/assert-never.ts';
import type {
  AssertionNode,
  BlockNode,
  DeclarationNode,
  FactNode,
  FixtureReferenceNode,
  HeadNode,
  ItemNode,
  NameNode,
  PolicyNode,
  ShorthandRuleNode,
  TestNode,
} from './ast.ts';
import { printExpression, printShorthand, printTerm } from './print-expression.ts';

/**
 * The canonical text of a policy: two spaces of indentation, one item a paragraph, no comments. Parsing it gives the
 * same tree, spans apart. Items that have no effect are printed as they were written.
 */
export function printPolicy(policy: PolicyNode): string {
  return policy.items.map((item) => `${printItem(item)}\n`).join('\n');
}

function printItem(item: ItemNode): string {
  switch (item.kind) {
    case 'block':
      return printBlock(item);
    case 'rule':
      return `${printFlags(item.flags)}${printHead(item.head)}${item.body ? ` if ${printExpression(item.body)}` : ''};`;
    case 'declare':
      return `declare ${item.name.text}(${names(item.types)});`;
    case 'fixture':
      return `test fixture ${item.name.text} ${braces(item.facts.map(printFact))}`;
    case 'test':
      return printTest(item);
    case 'ignored':
      return item.span.source.text.slice(item.span.start, item.span.end);
    default:
      return assertNever(item);
  }
}

function printBlock({ container, name, parents, declarations, rules }: BlockNode): string {
  const opening = container === 'global' ? 'global' : `${container} ${name.text}`;
  const clause = parents.length > 0 ? ` extends ${names(parents)}` : '';
  return `${opening}${clause} ${braces([...declarations.map(printDeclaration), ...rules.map(printShorthandRule)])}`;
}

function printDeclaration({ key, value }: DeclarationNode): string {
  if (value.kind === 'list') return `${key.text} = [${value.items.map(printTerm).join(', ')}];`;
  const fields = value.fields.map(({ name, type }) => (type ? `${name.text}: ${type.text}` : name.text));
  return fields.length > 0 ? `${key.text} = { ${fields.join(', ')} };` : `${key.text} = {};`;
}

function printShorthandRule({ flags, head, body }: ShorthandRuleNode): string {
  return `${printFlags(flags)}${printTerm(head)} if ${printShorthand(body)};`;
}

function printFlags(flags: readonly NameNode[]): string {
  return flags.map((flag) => `${flag.text} `).join('');
}

function printHead({ name, parameters }: HeadNode): string {
  const printed = parameters.map(({ term, type }) => (type ? `${printTerm(term)}: ${type.text}` : printTerm(term)));
  return `${name.text}(${printed.join(', ')})`;
}

function printTest({ name, setup, assertions }: TestNode): string {
  const parts = assertions.map(printAssertion);
  if (setup.length > 0) parts.unshift(`setup ${braces(setup.map(printSetupItem))}`);
  return `test ${printTerm(name)} ${braces(parts)}`;
}

function printSetupItem(item: FactNode | FixtureReferenceNode): string {
  return item.kind === 'fact' ? printFact(item) : `fixture ${item.name.text};`;
}

function printFact({ name, args }: FactNode): string {
  return `${name.text}(${args.map(printTerm).join(', ')});`;
}

function printAssertion({ negated, head, iff }: AssertionNode): string {
  return `assert${negated ? '_not' : ''} ${printHead(head)}${iff ? ` iff ${printExpression(iff)}` : ''};`;
}

function names(nodes: readonly NameNode[]): string {
  return nodes.map((node) => node.text).join(', ');
}

/** Lines in braces, one level deeper; a part may have several lines. */
function braces(parts: readonly string[]): string {
  return parts.length === 0 ? '{}' : `{\n${parts.map(indent).join('\n')}\n}`;
}

function indent(part: string): string {
  return part
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
