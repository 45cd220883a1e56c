import type { Span } from '../source/source.ts';
import type { Literal, Rule } from './program.ts';

/** A rule on its way into the program, with what only diagnostics need. */
export interface ExpandedRule {
  /** May still hold `false`, alone or inside `not`. */
  readonly rule: Rule;
  /** Where the literals stand that came from the text, nested ones included. */
  readonly literalSpans: ReadonlyMap<Literal, Span>;
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
