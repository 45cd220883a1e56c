import { termTypes } from './narrow-types.ts';
import type { Term, TypeSet } from './program.ts';
import type { TypedCall, TypedRule } from './static-types.ts';
import { ANY_TYPE, typesNamed, typesUnder } from './type-set.ts';
import type { TypeTable } from './type-table.ts';

/** Types of variables that the text of their own rule leaves open, from what other rules and declarations say. */
export interface InferredTypes {
  /** Static types of the arguments of a call, position by position. */
  argumentTypes(rule: TypedRule, call: TypedCall): readonly TypeSet[];
  /** Variables of the rule of which nothing at all is known. */
  unknownVariables(rule: TypedRule): readonly number[];
}

/** A predicate with the types of its arguments: a declared signature, or one taken from a block. */
export interface KnownSignature {
  readonly predicate: string;
  readonly types: readonly TypeSet[];
}

/**
 * A variable of unknown type has the types of the parameters it is passed to: heads, signatures and other calls of the
 * same predicate and arity, united; of several predicates, what they have in common (polar reference, 3.3.6). A parameter
 * that only variables of unknown type are passed to has their types, and limits them only when nothing else does.
 *
 * Two passes make the answer independent of the order of rules: first something for every variable that can be known,
 * then whatever else reached the positions it is passed to.
 */
export function inferTypes(
  rules: readonly TypedRule[],
  signatures: readonly KnownSignature[],
  table: TypeTable,
): InferredTypes {
  const network = new Network();
  for (const { predicate, types } of signatures) {
    for (const [position, set] of types.entries()) network.place(predicate, types.length, position).define(set);
  }
  const cells = new Map(rules.map((rule) => [rule, connect(rule, network, table)]));
  const cellsOf = (rule: TypedRule) => cells.get(rule) as readonly (Cell | undefined)[];
  network.findFirstTypes();
  network.grow();

  const typesOf = (rule: TypedRule, term: Term, types: readonly TypeSet[]): TypeSet => {
    const direct = termTypes(term, types);
    if (direct.kind === 'some' || term.kind !== 'variable') return direct;
    return (cellsOf(rule)[term.index] as Cell).result();
  };
  return {
    argumentTypes: (rule, call) => call.args.map((term) => typesOf(rule, term, call.types)),
    unknownVariables: (rule) =>
      cellsOf(rule).flatMap((cell, index) =>
        cell && cell.targets.size > 0 && cell.result().kind === 'any' ? [index] : [],
      ),
  };
}

/** One argument position of a predicate of some arity. */
class Place {
  readonly types = new Set<string>();
  readonly readers: Cell[] = [];
  /** Whether a head, a signature or a call with a known type says what it takes. */
  isDefined = false;

  add(set: TypeSet): void {
    if (set.kind === 'some') for (const type of set.types) this.types.add(type);
  }

  define(set: TypeSet): void {
    this.isDefined = true;
    this.add(set);
  }
}

/** The variables of one rule that are the same by `=`, when their type is unknown. */
class Cell {
  readonly types = new Set<string>();
  /** Where the type comes from. */
  readonly sources = new Set<Place>();
  /** Where the type goes to. */
  readonly targets = new Set<Place>();
  /** Given from outside: nothing is inferred. */
  preset: TypeSet | undefined;

  result(): TypeSet {
    return this.preset ?? (this.types.size > 0 ? { kind: 'some', types: this.types } : ANY_TYPE);
  }
}

class Network {
  readonly #places = new Map<string, Place>();

  place(predicate: string, arity: number, position: number): Place {
    const key = `${arity}/${position}/${predicate}`;
    const place = this.#places.get(key) ?? new Place();
    this.#places.set(key, place);
    return place;
  }

  /** In rounds: what the places known so far have in common, or all they have when that is nothing. */
  findFirstTypes(): void {
    let frontier = [...this.#places.values()].filter(isKnown);
    while (frontier.length > 0) {
      const open = new Set(frontier.flatMap(({ readers }) => readers.filter(({ types }) => types.size === 0)));
      const found = [...open].map((cell) => [cell, firstTypes(cell)] as const);
      const reached = new Set(found.flatMap(([cell]) => [...cell.targets].filter((target) => !isKnown(target))));
      for (const [cell, types] of found) give(cell, types);
      frontier = [...reached];
    }
  }

  /** What reached a place later also belongs to its readers. Types only ever grow, so this ends. */
  grow(): void {
    const queue = new Set(this.#places.values());
    for (const place of queue) {
      queue.delete(place);
      for (const cell of place.readers) {
        if (!growCell(cell)) continue;
        for (const target of cell.targets) if (growPlace(target, cell)) queue.add(target);
      }
    }
  }
}

function isKnown(place: Place): boolean {
  return place.types.size > 0;
}

function give(cell: Cell, types: ReadonlySet<string>): void {
  for (const type of types) cell.types.add(type);
  for (const target of cell.targets) target.add(cell.result());
}

/** What a type is to be taken from. */
function limitsOf({ sources }: Cell): readonly Place[] {
  const known = [...sources].filter(isKnown);
  const defined = known.filter(({ isDefined }) => isDefined);
  return defined.length > 0 ? defined : known;
}

function firstTypes(cell: Cell): ReadonlySet<string> {
  const known = limitsOf(cell);
  const common = commonTypes(known);
  return common.length > 0 ? new Set(common) : new Set(known.flatMap((place) => [...place.types]));
}

function commonTypes([first, ...rest]: readonly Place[]): readonly string[] {
  return [...(first?.types ?? [])].filter((type) => rest.every((place) => place.types.has(type)));
}

function growCell(cell: Cell): boolean {
  const before = cell.types.size;
  for (const type of commonTypes(limitsOf(cell))) cell.types.add(type);
  return cell.types.size > before;
}

function growPlace(place: Place, cell: Cell): boolean {
  const before = place.types.size;
  place.add(cell.result());
  return place.types.size > before;
}

/** Makes the cells of one rule, by variable, and ties them to the places of its head and calls. */
function connect(rule: TypedRule, network: Network, table: TypeTable): readonly (Cell | undefined)[] {
  const cells = makeCells(rule);
  presetAllow(rule, cells, table);
  const tie = (predicate: string, terms: readonly Term[], types: readonly TypeSet[], reads: boolean) => {
    for (const [position, term] of terms.entries()) {
      const place = network.place(predicate, terms.length, position);
      const direct = termTypes(term, types);
      const cell = term.kind === 'variable' && direct.kind === 'any' ? cells[term.index] : undefined;
      if (!reads) place.isDefined = true;
      if (!cell) place.define(direct);
      else tieCell(cell, place, reads);
    }
  };
  tie(rule.rule.predicate, rule.rule.params, rule.types, false);
  for (const call of rule.calls) tie(call.predicate, call.args, call.types, true);
  return cells;
}

function tieCell(cell: Cell, place: Place, reads: boolean): void {
  if (cell.preset) {
    place.define(cell.preset);
    return;
  }
  cell.targets.add(place);
  if (!reads || cell.sources.has(place)) return;
  cell.sources.add(place);
  place.readers.push(cell);
}

function makeCells(rule: TypedRule): readonly (Cell | undefined)[] {
  const cells = rule.types.map((types) => (types.kind === 'any' ? new Cell() : undefined));
  const same = rule.types.map((_, index) => index);
  for (const [a, b] of rule.aliases) if (cells[a] && cells[b]) same[representative(a, same)] = representative(b, same);
  return cells.map((cell, index) => cell && cells[representative(index, same)]);
}

/** Union-find by path halving. */
function representative(index: number, same: number[]): number {
  let at = index;
  for (let up = same[at] as number; up !== at; up = same[at] as number) {
    same[at] = same[up] as number;
    at = up;
  }
  return at;
}

/** Untyped parameters of `allow` are what the default rule makes of them (polar reference, 3.4). */
function presetAllow({ rule }: TypedRule, cells: readonly (Cell | undefined)[], table: TypeTable): void {
  if (rule.predicate !== 'allow' || rule.params.length !== 3) return;
  const preset = [typesUnder(table, 'Actor'), typesNamed('String'), typesUnder(table, 'Resource')];
  for (const [position, term] of rule.params.entries()) {
    const cell = term.kind === 'variable' ? cells[term.index] : undefined;
    if (cell) cell.preset = preset[position];
  }
}
