import type { Term, TypeSet } from './program.ts';
import { type TypedCall, type TypedRule, termTypes } from './static-types.ts';
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
 * same predicate and arity, united; of several predicates, what they have in common (polar reference, 3.3.6).
 *
 * Two passes make the answer independent of the order of rules: first which positions and variables can be known at all,
 * then the least types that agree with each other.
 */
export function inferTypes(
  rules: readonly TypedRule[],
  signatures: readonly KnownSignature[],
  table: TypeTable,
): InferredTypes {
  const network = new Network();
  for (const { predicate, types } of signatures) {
    for (const [position, set] of types.entries()) network.place(predicate, types.length, position).add(set);
  }
  const cells = new Map(rules.map((rule) => [rule, connect(rule, network, table)]));
  network.findKnowable();
  network.grow();

  const typesOf = (rule: TypedRule, term: Term, types: readonly TypeSet[]): TypeSet => {
    const direct = termTypes(term, types);
    if (direct.kind === 'some' || term.kind !== 'variable') return direct;
    return cells.get(rule)?.[term.index]?.result() ?? ANY_TYPE;
  };
  return {
    argumentTypes: (rule, call) => call.args.map((term) => typesOf(rule, term, call.types)),
    unknownVariables: (rule) =>
      (cells.get(rule) ?? []).flatMap((cell, index) =>
        cell && cell.targets.size > 0 && cell.result().kind === 'any' ? [index] : [],
      ),
  };
}

/** One argument position of a predicate of some arity. */
class Place {
  readonly types = new Set<string>();
  readonly readers: Cell[] = [];
  known = false;

  add(set: TypeSet): void {
    if (set.kind === 'any') return;
    for (const type of set.types) this.types.add(type);
    if (set.types.size > 0) this.known = true;
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
  known = false;

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

  /** A place is known when anything written to it is; a cell when a place that it reads is. */
  findKnowable(): void {
    const queue = [...this.#places.values()].filter((place) => place.known);
    for (const place of queue) {
      for (const cell of place.readers) {
        if (cell.known) continue;
        cell.known = true;
        for (const target of cell.targets) {
          if (!target.known) queue.push(target);
          target.known = true;
        }
      }
    }
  }

  /** Types only ever grow, so this ends: a cell takes what all its known places share, and gives it on. */
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

function growCell(cell: Cell): boolean {
  const [first, ...rest] = [...cell.sources].filter((place) => place.known);
  const before = cell.types.size;
  for (const type of first?.types ?? []) if (rest.every((place) => place.types.has(type))) cell.types.add(type);
  return cell.types.size > before;
}

function growPlace(place: Place, cell: Cell): boolean {
  const before = place.types.size;
  for (const type of cell.types) place.types.add(type);
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
      if (!cell) place.add(direct);
      else tieCell(cell, place, reads);
    }
  };
  tie(rule.rule.predicate, rule.rule.params, rule.types, false);
  for (const call of rule.calls) tie(call.predicate, call.args, call.types, true);
  return cells;
}

function tieCell(cell: Cell, place: Place, reads: boolean): void {
  if (cell.preset) {
    place.add(cell.preset);
    return;
  }
  cell.targets.add(place);
  if (!reads || cell.sources.has(place)) return;
  cell.sources.add(place);
  place.readers.push(cell);
}

function makeCells(rule: TypedRule): readonly (Cell | undefined)[] {
  const cells: (Cell | undefined)[] = rule.types.map((types) => (types.kind === 'any' ? new Cell() : undefined));
  for (const [a, b] of rule.aliases) {
    const [kept, replaced] = [cells[a], cells[b]];
    if (!kept || !replaced || kept === replaced) continue;
    for (const [index, cell] of cells.entries()) if (cell === replaced) cells[index] = kept;
  }
  return cells;
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
