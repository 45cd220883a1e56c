import type { Dictionary, Relation } from '../facts/fact-reader.ts';
import { canonicalId } from '../program/normalize-value.ts';
import type { FactsFilter } from './wire/facts-filter.ts';

/** One bound column of one relation. */
interface Bound {
  readonly column: number;
  readonly handle: number;
}

/** Handles of the rows of a relation that a filter lets through. The relation must not change meanwhile. */
export function* matchRows(
  relation: Relation,
  dictionary: Dictionary,
  filter: FactsFilter,
): Generator<readonly number[]> {
  const bound = bind(relation, dictionary, filter);
  if (bound === undefined) return;
  const path = relation.access(bound.map(({ column }) => column));
  const sought = path.seeks.map((column) => (bound.find((item) => item.column === column) as Bound).handle);
  const unsought = bound.filter(({ column }) => !path.seeks.includes(column));
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = sought;
  const start = path.seek(a, b, c, d, e);
  const { end } = path;
  for (let at = start; at < end; at += 1) {
    if (!unsought.every(({ column, handle }) => path.get(at, column) === handle)) continue;
    yield relation.types.map((_, column) => path.get(at, column));
  }
}

/** What the filter demands of this relation's columns; undefined when no row can match. */
function bind(relation: Relation, dictionary: Dictionary, filter: FactsFilter): readonly Bound[] | undefined {
  if (filter.predicate !== undefined && filter.predicate !== relation.predicate) return undefined;
  const bound: Bound[] = [];
  for (const [column, { type, id }] of filter.args) {
    const columnType = relation.types[column];
    if (columnType === undefined || (type !== undefined && type !== columnType)) return undefined;
    if (id === undefined) continue;
    const handle = dictionary.handleOf(columnType, canonicalId(columnType, id) ?? id);
    if (handle === -1) return undefined;
    bound.push({ column, handle });
  }
  return bound.sort((a, b) => a.column - b.column);
}
