import type { Value } from '../facts/fact.ts';

/** Facts of one shape that lie in the customer's database: the rows of a query are the arguments that it gives. */
export interface Binding {
  readonly kind: 'query';
  /** From 0, in the order of the file. */
  readonly number: number;
  readonly predicate: string;
  readonly args: readonly BindingArg[];
  /** A SELECT that gives one column for each `column` argument, in order; without a semicolon at its end. */
  readonly query: string;
  /** As written, for messages. */
  readonly signature: string;
}

export type BindingArg =
  | { readonly kind: 'column'; readonly type: string }
  | { readonly kind: 'value'; readonly value: Value };

export interface DataBindings {
  readonly bindings: readonly Binding[];
  /** Type name → type of the columns that hold its ids. */
  readonly sqlTypes: ReadonlyMap<string, string>;
}
