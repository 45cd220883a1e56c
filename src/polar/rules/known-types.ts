import { compareDiagnostics } from '../../errors/diagnostic.ts';
import { quote } from '../../errors/quote.ts';
import { didYouMean } from '../../util/did-you-mean.ts';
import type { NameNode } from '../ast.ts';
import { isBuiltInType } from '../built-in-types.ts';
import type { ValidationContext } from '../validation-context.ts';

/**
 * Known types
 *
 * A type that a rule, a `declare`, a fact or a test names should have a block. Without one it stands for itself, so
 * this is a warning, once for each name (polar reference, 3.1.9 and 12.2).
 */
export function knownTypes({ blocks, nodesOf, report }: ValidationContext): void {
  const names: readonly NameNode[] = [
    ...nodesOf('parameter').flatMap(({ type }) => type ?? []),
    ...nodesOf('matches').map(({ type }) => type),
    ...nodesOf('object').map(({ type }) => type),
    ...nodesOf('declare').flatMap(({ types }) => types),
  ].sort(compareDiagnostics);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.text) || isBuiltInType(name.text) || blocks.blocks.has(name.text)) continue;
    seen.add(name.text);
    report({
      severity: 'warning',
      code: 'POLAR_UNKNOWN_TYPE',
      message: `the type ${quote(name.text)} has no block`,
      span: name.span,
      hint: () => {
        const guess = didYouMean(name.text, [
          ...blocks.blocks.keys(),
          'String',
          'Integer',
          'Boolean',
          'Actor',
          'Resource',
        ]);
        return guess ? `did you mean ${quote(guess)}?` : `declare it: \`resource ${name.text} {}\``;
      },
    });
  }
}
