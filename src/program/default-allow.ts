import type { ExpandedRule } from './expanded-rule.ts';
import type { Term } from './program.ts';
import { ANY_TYPE } from './type-set.ts';

/**
 * `allow(actor, action, resource) if has_permission(actor, action, resource);`, which a policy has unless it defines an
 * `allow` of three arguments. Untyped, so that it also reaches permissions on Strings (polar reference, 3.4 and 12.32).
 */
export function defaultAllow(): ExpandedRule {
  const terms: readonly Term[] = [0, 1, 2].map((index) => ({ kind: 'variable', index }));
  return {
    rule: {
      predicate: 'allow',
      params: terms,
      body: [{ kind: 'call', predicate: 'has_permission', args: terms }],
      variables: ['actor', 'action', 'resource'].map((name) => ({ name, types: ANY_TYPE })),
      span: undefined,
    },
    literalSpans: new Map(),
    variableSpans: [],
    impossible: [],
  };
}
