import type { Diagnostic } from '../errors/diagnostic.ts';
import { quote } from '../errors/quote.ts';
import type { Span } from '../source/source.ts';
import { describeTypes } from './describe-types.ts';
import type { ImpossibleVariable } from './expanded-rule.ts';
import type { InferredTypes } from './infer-types.ts';
import type { Variable } from './program.ts';
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
    for (const { literal, variable, types } of rule.wrongComparisons) {
      report.add(rule.source.literalSpans.get(literal) as Span, {
        severity: 'error',
        code: 'POLAR_TYPE',
        message: `only Integers can be compared, ${nameOf(variable, rule)} is ${describeTypes(types, table)}`,
        hint: 'for other types there are `=` and `!=`',
      });
    }
    for (const index of inferred.unknownVariables(rule)) reportUnknown(rule, index, report);
  }
  return report.diagnostics;
}

type Finding = Omit<Diagnostic, 'span'>;

/** A rule that was split would say everything several times, and every rule of a policy without actors the same. */
class Report {
  readonly diagnostics: Diagnostic[] = [];
  readonly #seen = new Map<Span, Set<string>>();
  readonly #emptyTypes = new Set<string>();

  add(span: Span, finding: Finding): void {
    const messages = this.#seen.get(span) ?? new Set();
    this.#seen.set(span, messages);
    if (messages.has(finding.message)) return;
    messages.add(finding.message);
    this.diagnostics.push({ ...finding, span });
  }

  addOnce(type: string, span: Span, finding: Finding): void {
    if (this.#emptyTypes.has(type)) return;
    this.#emptyTypes.add(type);
    this.add(span, finding);
  }
}

function reportImpossible({ name, written, span }: ImpossibleVariable, table: TypeTable, report: Report): void {
  const empty = written.find((type) => table.subtypesOf(type).size === 0);
  if (empty !== undefined) {
    const [keyword, example] = empty === 'Actor' ? ['actor', 'actor User {}'] : ['resource', 'resource Document {}'];
    report.addOnce(empty, span, {
      severity: 'warning',
      code: 'POLAR_TYPE',
      message: `this can never hold: no type is ${quote(empty)}, since the policy has no \`${keyword}\` block`,
      hint: `declare one, such as \`${example}\``,
    });
    return;
  }
  const types = written.map(quote).join(' and ');
  const wanted = written.length > 1 ? `${types} at once` : `exactly ${types}`;
  report.add(span, {
    severity: 'warning',
    code: 'POLAR_TYPE',
    message: `this can never hold: no value of ${quote(name)} is ${wanted}`,
  });
}

function reportContradiction(rule: TypedRule, index: number, report: Report): void {
  report.add(rule.source.variableSpans[index] as Span, {
    severity: 'warning',
    code: 'POLAR_TYPE',
    message: `this can never hold: no type fits all that is said of ${nameOf(index, rule)}`,
  });
}

function reportUnknown(rule: TypedRule, index: number, report: Report): void {
  const span = rule.source.variableSpans[index] as Span;
  const { name } = rule.rule.variables[index] as Variable;
  const inHead = rule.rule.params.some((term) => term.kind === 'variable' && term.index === index);
  report.add(span, {
    severity: 'warning',
    code: 'POLAR_TYPE',
    message: `the type of ${quote(name)} is unknown, so it accepts every value`,
    hint: inHead
      ? `write \`${name}: Type\``
      : name === '_'
        ? 'use a variable and `matches`'
        : `add \`${name} matches Type\``,
  });
}

function nameOf(index: number, { rule }: TypedRule): string {
  return quote((rule.variables[index] as Variable).name);
}
