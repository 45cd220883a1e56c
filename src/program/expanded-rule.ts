import type { Span } from '../source/source.ts';
import type { Literal, Rule } from './program.ts';

/** A condition before `simplifyRule`: `false` holds never. */
export type DraftLiteral =
  | Exclude<Literal, { kind: 'not' }>
  | { readonly kind: 'not'; readonly body: readonly DraftLiteral[] }
  | { readonly kind: 'false' };

export type DraftRule = Omit<Rule, 'body'> & { readonly body: readonly DraftLiteral[] };

/** A rule on its way into the program, with what only diagnostics need. */
export interface ExpandedRule {
  readonly rule: DraftRule;
  /** Where the literals stand that came from the text, nested ones included. */
  readonly literalSpans: ReadonlyMap<DraftLiteral, Span>;
  /** Where each variable stands first. */
  readonly variableSpans: readonly (Span | undefined)[];
  /** Variables that no type fits, so that the body of the rule or of a `not` never holds. */
  readonly impossible: readonly ImpossibleVariable[];
}

export interface ImpossibleVariable {
  readonly name: string;
  /** Types as written that have nothing in common; a single one has no concrete type at all. */
  readonly written: readonly string[];
  readonly span: Span;
}
