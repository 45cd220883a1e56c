import { quote } from '../../errors/quote.ts';
import { didYouMean } from '../../util/did-you-mean.ts';
import { namesOf } from '../block-table.ts';
import { isBuiltInType } from '../built-in-types.ts';
import type { ValidationContext } from '../validation-context.ts';

/**
 * Relation types
 *
 * A relation leads to a type that has a block (polar reference, 3.2 and 3.1.9).
 */
export function relationTypes({ blocks, nodesOf, report }: ValidationContext): void {
  for (const declared of nodesOf('declaration').flatMap(namesOf)) {
    if (declared.kind !== 'relation' || blocks.blocks.has(declared.type.text)) continue;
    const { text, span } = declared.type;
    report({
      severity: 'error',
      code: 'POLAR_UNKNOWN_TYPE',
      message: `the relation ${quote(declared.name)} has the type ${quote(text)}, which has no block`,
      span,
      hint: () => {
        if (isBuiltInType(text)) return 'a relation leads to an `actor` or `resource` of the policy';
        const name = didYouMean(text, blocks.blocks.keys());
        return name ? `did you mean ${quote(name)}?` : `declare it: \`resource ${text} {}\``;
      },
    });
  }
}
