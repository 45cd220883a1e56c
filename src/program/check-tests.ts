import type { Diagnostic } from '../errors/diagnostic.ts';
import { quote } from '../errors/quote.ts';
import type { FactNode, NameNode, PolicyNode } from '../polar/ast.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import { createFactChecker, type FactChecker } from './check-fact.ts';
import { factOf } from './policy-tests.ts';
import type { Program } from './program.ts';

/**
 * That tests speak of what the policy knows: setups and fixtures hold facts that could be stored, assertions name a
 * predicate that some rule defines or some signature mentions (polar reference, 7.3 and 12.15).
 */
export function checkTests(
  policy: PolicyNode,
  program: Pick<Program, 'types' | 'signatures'> & { readonly rules: readonly { readonly predicate: string }[] },
): readonly Diagnostic[] {
  const check = createFactChecker(program);
  const known = new Set([...program.rules, ...program.signatures].map(({ predicate }) => predicate));
  return policy.items.flatMap((item) => {
    if (item.kind === 'fixture') return item.facts.flatMap((fact) => checkSetupFact(fact, check));
    if (item.kind !== 'test') return [];
    return [
      ...item.setup.flatMap((entry) => (entry.kind === 'fact' ? checkSetupFact(entry, check) : [])),
      ...item.assertions.flatMap(({ head }) => checkPredicate(head.name, known)),
    ];
  });
}

function checkSetupFact(node: FactNode, check: FactChecker): readonly Diagnostic[] {
  const fault = check(factOf(node));
  if (!fault) return [];
  const { span } = node;
  const finding = { severity: 'error', code: 'POLAR_FACT', span } as const;
  if (fault.kind === 'malformed') return [{ ...finding, message: fault.message }];
  const message = `${quote(fault.shape)} is not used in policy`;
  const hint = fault.near ? hintOf(fault.near) : `use it in a rule, or add \`declare ${node.name.text}(…);\``;
  return [{ ...finding, message, hint }];
}

/** A sentence as hints are written: it starts small and has no full stop. */
function hintOf(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/u, '');
}

function checkPredicate({ text, span }: NameNode, known: ReadonlySet<string>): readonly Diagnostic[] {
  if (known.has(text)) return [];
  const guess = didYouMean(text, known);
  const hint =
    guess === undefined
      ? 'without a rule or fact of that name, every such assertion is false'
      : `did you mean ${quote(guess)}?`;
  const message = `nothing in the policy defines or uses ${quote(text)}`;
  return [{ severity: 'error', code: 'POLAR_TEST', message, hint, span }];
}
