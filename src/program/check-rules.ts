import type { Diagnostic } from '../errors/diagnostic.ts';
import { quote } from '../errors/quote.ts';
import type { Span } from '../source/source.ts';
import { describeTypes } from './describe-types.ts';
import type { ImpossibleVariable } from './expanded-rule.ts';
import type { InferredTypes } from './infer-types.ts';
import type { Term } from './program.ts';
import type { TypedRule } from './static-types.ts';
import type { TypeTable } from './type-table.ts';

/** What types say about the rules: comparisons that cannot be (errors); bodies that never hold and variables of unknown type (warnings). */
export function checkRules(
  rules: readonly TypedRule[],
  inferred: InferredTypes,
  table: TypeTable,
): readonly Diagnostic[] {
  const report = new Report();
  for (const rule of rules) {
    for (const variable of rule.source.impossible) reportImpossible(variable, table, report);
    for (const index of rule.contradictions) reportContradiction(rule, index, report);
    for (const { literal, term, types } of rule.wrongComparisons) {
      const span = rule.source.literalSpans.get(literal);
      if (!span) continue;
      report.add(span, {
        severity: 'error',
        code: 'POLAR_TYPE',
        message: `only Integers can be compared, ${nameOf(term, rule)} is ${describeTypes(types, table)}`,
        hint: 'for other types there are `=` and `!=`',
      });
    }
    for (const index of inferred.unknownVariables(rule)) reportUnknown(rule, index, report);
  }
  return report.diagnostics;
}

type Finding = Omit<Diagnostic, 'span'>;

/** A rule that was split would say everything several times. */
class Report {
  readonly diagnostics: Diagnostic[] = [];
  readonly #seen = new Map<Span, Set<string>>();

  add(span: Span, finding: Finding): void {
    const messages = this.#seen.get(span) ?? new Set();
    this.#seen.set(span, messages);
    if (messages.has(finding.message)) return;
    messages.add(finding.message);
    this.diagnostics.push({ ...finding, span });
  }
}

function reportImpossible({ name, written, span }: ImpossibleVariable, table: TypeTable, report: Report): void {
  const bare = written.find((type) => table.subtypesOf(type).size === 0);
  const [keyword] = bare === 'Actor' ? ['actor'] : ['actor` or `resource'];
  report.add(span, {
    severity: 'warning',
    code: 'POLAR_TYPE',
    message:
      bare === undefined
        ? `this can never hold: no value of ${quote(name)} is ${written.map(quote).join(' and ')} at once`
        : `this can never hold: the policy has no \`${keyword}\` block, so no value of ${quote(name)} is ${quote(bare)}`,
    hint: bare === undefined ? undefined : `declare one, such as \`${bare === 'Actor' ? 'actor User' : 'resource Document'} {}\``,
  });
}

function reportContradiction(rule: TypedRule, index: number, report: Report): void {
  const span = rule.source.variableSpans[index];
  if (!span) return;
  report.add(span, {
    severity: 'warning',
    code: 'POLAR_TYPE',
    message: `this can never hold: what ${nameOf({ kind: 'variable', index }, rule)} is compared with has another type`,
  });
}

function reportUnknown(rule: TypedRule, index: number, report: Report): void {
  const span = rule.source.variableSpans[index];
  if (!span) return;
  const name = rule.rule.variables[index]?.name ?? '_';
  const inHead = rule.rule.params.some((term) => term.kind === 'variable' && term.index === index);
  report.add(span, {
    severity: 'warning',
    code: 'POLAR_TYPE',
    message: `the type of ${quote(name)} is unknown, so it accepts every value`,
    hint: inHead ? `write \`${name}: Type\`` : name === '_' ? 'use a variable and `matches`' : `add \`${name} matches Type\``,
  });
}

function nameOf(term: Term, rule: TypedRule): string {
  return term.kind === 'variable' ? quote(rule.rule.variables[term.index]?.name ?? '_') : 'this value';
}
