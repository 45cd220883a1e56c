import type { AnswerTerm } from './answer.ts';
import type { Binding } from './binding.ts';
import type { CentralList } from './central-list.ts';

/** Constants of many branches as rows that a statement brings along. */
export interface ConstantRows extends CentralList {
  /** For each column, a column of a binding whose ids are of the same type, if there is one. */
  readonly alike: readonly (BoundColumn | undefined)[];
}

export interface BoundColumn {
  readonly binding: Binding;
  readonly position: number;
}

export function alikeOf(list: CentralList | ConstantRows, position: number): BoundColumn | undefined {
  return 'alike' in list ? list.alike[position] : undefined;
}

/** The column of the database that a term is; undefined for a value and for a column of a list. */
export function boundColumn(term: AnswerTerm | undefined): BoundColumn | undefined {
  if (term?.kind !== 'column' || term.atom.source.kind !== 'query') return undefined;
  return { binding: term.atom.source, position: term.position };
}
