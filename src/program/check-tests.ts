import type { Diagnostic } from '../errors/diagnostic.ts';
import { quote } from '../errors/quote.ts';
import type { PolicyNode } from '../polar/ast.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import { createFactChecker } from './check-fact.ts';
import { factOf } from './policy-tests.ts';
import type { Program } from './program.ts';

/**
 * That tests speak of what the policy knows: setups and fixtures hold facts that could be stored, assertions name a
 * predicate that some rule defines or some signature mentions (polar reference, 7.3 and 12.15).
 */
export function checkTests(
  policy: PolicyNode,
  program: Pick<Program, 'types' | 'signatures' | 'rules'>,
): readonly Diagnostic[] {
  const check = createFactChecker(program);
  const known = new Set([...program.rules, ...program.signatures].map(({ predicate }) => predicate));
  const diagnostics: Diagnostic[] = [];
  for (const item of policy.items) {
    const entries = item.kind === 'test' ? item.setup : item.kind === 'fixture' ? item.facts : [];
    for (const entry of entries) {
      if (entry.kind !== 'fact') continue;
      const fault = check(factOf(entry));
      if (fault === undefined) continue;
      const { message, hint = `use it in a rule, or add \`declare ${entry.name.text}(…)\`` } = fault;
      diagnostics.push({ severity: 'error', code: 'POLAR_FACT', message, hint, span: entry.span });
    }
    for (const { head } of item.kind === 'test' ? item.assertions : []) {
      const { text, span } = head.name;
      if (known.has(text)) continue;
      const guess = didYouMean(text, known);
      diagnostics.push({
        severity: 'error',
        code: 'POLAR_TEST',
        message: `nothing in the policy defines or uses ${quote(text)}`,
        span,
        hint: guess === undefined ? 'without a rule or fact of that name, every such assertion is false' : `did you mean ${quote(guess)}?`,
      });
    }
  }
  return diagnostics;
}
