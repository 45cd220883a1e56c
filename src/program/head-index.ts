import { type AtomPattern, atomsOverlap, type PatternValue, type TermPattern } from './term-pattern.ts';

/** Sets of types larger than this are not taken apart: their heads are tried for every call. */
const MAX_INDEXED_TYPES = 8;

/** Finds the heads that a call can meet, without trying all of them. */
export interface HeadIndex {
  /** Numbers of heads, as given, ascending. */
  matching(call: AtomPattern): readonly number[];
}

export function createHeadIndex(heads: readonly AtomPattern[]): HeadIndex {
  const groups = new Map<string, Group>();
  for (const [number, head] of heads.entries()) {
    const key = groupKey(head);
    const group = groups.get(key) ?? { all: [], positions: head.terms.map(newPosition) };
    groups.set(key, group);
    group.all.push(number);
    for (const [position, term] of head.terms.entries()) addTo(group.positions[position] as Position, term, number);
  }
  return {
    matching(call) {
      const group = groups.get(groupKey(call));
      if (!group) return [];
      let best: readonly (readonly number[])[] = [group.all];
      for (const [position, term] of call.terms.entries()) {
        const candidates = candidatesFor(group.positions[position] as Position, term);
        if (candidates && totalLength(candidates) < totalLength(best)) best = candidates;
      }
      const numbers = new Set(best.flat());
      return [...numbers].filter((number) => atomsOverlap(call, heads[number] as AtomPattern)).sort((a, b) => a - b);
    },
  };
}

/** Heads of one predicate and arity. */
interface Group {
  readonly all: number[];
  readonly positions: readonly Position[];
}

interface Position {
  readonly byValue: Map<string, number[]>;
  /** Heads with values or variables of the type. */
  readonly byType: Map<string, number[]>;
  /** Heads with a variable of the type. */
  readonly openByType: Map<string, number[]>;
  /** Heads with a variable of many types, or of any. */
  readonly broad: number[];
}

function groupKey({ predicate, terms }: AtomPattern): string {
  return `${terms.length}/${predicate}`;
}

function newPosition(): Position {
  return { byValue: new Map(), byType: new Map(), openByType: new Map(), broad: [] };
}

function addTo(position: Position, term: TermPattern, number: number): void {
  if (term.kind === 'values') {
    for (const { key } of term.values) append(position.byValue, key, number);
    for (const type of typesOf(term.values)) append(position.byType, type, number);
  } else if (term.set.kind === 'any' || term.set.types.size > MAX_INDEXED_TYPES) {
    position.broad.push(number);
  } else {
    for (const type of term.set.types) {
      append(position.byType, type, number);
      append(position.openByType, type, number);
    }
  }
}

function typesOf(values: readonly PatternValue[]): readonly string[] {
  return [...new Set(values.map(({ type }) => type))];
}

function append(lists: Map<string, number[]>, key: string, number: number): void {
  const list = lists.get(key);
  if (list) list.push(number);
  else lists.set(key, [number]);
}

/** Absent when this position narrows nothing. A head can be in several lists. */
function candidatesFor(position: Position, term: TermPattern): readonly (readonly number[])[] | undefined {
  if (term.kind === 'values') {
    return [
      position.broad,
      ...term.values.map(({ key }) => position.byValue.get(key) ?? []),
      ...typesOf(term.values).map((type) => position.openByType.get(type) ?? []),
    ];
  }
  if (term.set.kind === 'any' || term.set.types.size > MAX_INDEXED_TYPES) return undefined;
  return [position.broad, ...[...term.set.types].map((type) => position.byType.get(type) ?? [])];
}

function totalLength(lists: readonly (readonly number[])[]): number {
  return lists.reduce((sum, list) => sum + list.length, 0);
}
