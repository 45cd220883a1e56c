import type { FactPattern, ValuePattern } from '../engine/engine.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { Fact } from '../facts/fact.ts';
import type { Relation } from '../facts/fact-reader.ts';
import type { MemoryFacts } from '../facts/memory-facts.ts';
import { matchRows } from '../http/match-rows.ts';
import type { ArgFilter } from '../http/wire/facts-filter.ts';
import type { Change } from './change.ts';

/**
 * Applies all changes in order, or none: what was done is undone when one fails.
 * Throws REQUEST_TOO_LARGE when a wildcard would delete more facts than allowed.
 */
export function applyChanges(facts: MemoryFacts, changes: readonly Change[], maxWildcardDeletes: number): void {
  const undo: (() => void)[] = [];
  try {
    for (const change of changes) undo.push(...apply(facts, change, maxWildcardDeletes));
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

/** Returns what undoes the change. */
function apply(facts: MemoryFacts, change: Change, maxWildcardDeletes: number): readonly (() => void)[] {
  if (change.kind === 'insert') {
    return facts.insert(change.fact) ? [() => facts.delete(change.fact)] : [];
  }
  const doomed = matchingFacts(facts, change.pattern, maxWildcardDeletes);
  for (const fact of doomed) facts.delete(fact);
  return doomed.map((fact) => () => facts.insert(fact));
}

/** Collected before anything is deleted: rows move when others go. */
function matchingFacts(facts: MemoryFacts, pattern: FactPattern, maxFacts: number): readonly Fact[] {
  const found: Fact[] = [];
  const args = new Map(pattern.args.map((arg, position) => [position, argFilter(arg)]));
  const filter = { predicate: pattern.predicate, args };
  for (const relation of facts.relations) {
    if (relation.types.length !== pattern.args.length) continue;
    for (const row of matchRows(relation, facts.dictionary, filter)) {
      found.push(factOf(facts, relation, row));
      if (found.length > maxFacts) throw tooMany(maxFacts);
    }
  }
  return found;
}

function factOf({ dictionary }: MemoryFacts, { predicate }: Relation, row: readonly number[]): Fact {
  return { predicate, args: row.map((handle) => dictionary.valueOf(handle)) };
}

function argFilter({ type, id }: ValuePattern): ArgFilter {
  if (type === null) return {};
  return id === null ? { type } : { type, id };
}

function tooMany(maxFacts: number): OsoError {
  return new OsoError('REQUEST_TOO_LARGE', `a wildcard would delete more than ${maxFacts} facts: delete them in parts`);
}
