import { OsoError } from '../errors/oso-error.ts';
import { checkFact as checkStorable } from '../facts/check-fact.ts';
import type { Fact, Value } from '../facts/fact.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import { canonicalId } from './normalize-value.ts';
import { printFactSignature } from './print-program.ts';
import type { FactSignature, Program, TypeSet } from './program.ts';
import { PRIMITIVE_TYPES, type TypeTable } from './type-table.ts';

/** Why a fact may not be stored; absent when it may. */
export type FactChecker = (fact: Fact) => FactFault | undefined;

type FactFault =
  /** No value, or no fact, can be like this anywhere. One line, no final period. */
  | { readonly kind: 'malformed'; readonly message: string }
  /** `shape` is the fact with types for values, but Strings as they are; `near` is a sentence about what comes near. */
  | { readonly kind: 'unused'; readonly shape: string; readonly near: string | undefined };

/** What of a program decides which facts may be stored. */
export type FactLaw = Pick<Program, 'types' | 'signatures'>;

/** Most signatures that a message lists. */
const MAX_LISTED = 5;

/**
 * Checks facts against the signatures of a program (polar reference, 3.3.5; api reference, 2.5 and 4.14). Ids of Integers
 * and Booleans must be canonical already: see `normalizeValue`. Remembers the shapes that it has accepted, so checking
 * many facts costs little each.
 */
export function createFactChecker(law: FactLaw): FactChecker {
  const byPredicate = groupByPredicate(law.signatures);
  const accepted = new Set<string>();
  return (fact) => {
    const fault = faultOfValues(fact, law);
    if (fault !== undefined) return { kind: 'malformed', message: fault };
    const shape = JSON.stringify([fact.predicate, ...fact.args.map(({ type }) => type)]);
    if (accepted.has(shape)) return undefined;
    const signatures = byPredicate.get(fact.predicate) ?? [];
    if (!signatures.some((signature) => fits(fact, signature, law.types))) {
      return unused(fact, signatures, { law, predicates: byPredicate.keys() });
    }
    if (accepted.size < MAX_REMEMBERED) accepted.add(shape);
    return undefined;
  };
}

/**
 * Why a fact may not be stored, as the API says it (api reference, 2.5); absent when it may. Keeps its checker for as long
 * as the program lives.
 */
export function checkFact(program: Program, fact: Fact): string | undefined {
  const checker = checkers.get(program) ?? createFactChecker(program);
  checkers.set(program, checker);
  const fault = checker(fact);
  return fault && printFault(fault, fact);
}

/** The first two sentences are Oso Cloud's, to the letter. */
function printFault(fault: FactFault, { predicate }: Fact): string {
  if (fault.kind === 'malformed') return fault.message;
  const text = `${fault.shape} is not used in policy. Help: use this fact in your policy, or add 'declare ${predicate}(...)' to your policy to force Oso to accept facts of this type.`;
  return fault.near === undefined ? text : `${text} ${fault.near}`;
}

const checkers = new WeakMap<Program, FactChecker>();

/** Types that no block declares can be any text, so the memory of shapes has a limit. */
const MAX_REMEMBERED = 10_000;

function groupByPredicate(signatures: readonly FactSignature[]): Map<string, FactSignature[]> {
  const groups = new Map<string, FactSignature[]>();
  for (const signature of signatures) {
    const group = groups.get(signature.predicate);
    if (group) group.push(signature);
    else groups.set(signature.predicate, [signature]);
  }
  return groups;
}

function fits({ args }: Fact, { types }: FactSignature, table: TypeTable): boolean {
  return (
    types.length === args.length && types.every((set, position) => accepts(set, (args[position] as Value).type, table))
  );
}

/** Also subtypes of what a literal says, though no answer needs facts about those (polar reference, 3.3.5). */
function accepts(set: TypeSet, type: string, table: TypeTable): boolean {
  return set.kind === 'any' || [...set.types].some((each) => table.subtypesOf(each).has(type));
}

function faultOfValues(fact: Fact, { types }: FactLaw): string | undefined {
  try {
    checkStorable(fact);
  } catch (error) {
    if (error instanceof OsoError) return error.message;
    throw error;
  }
  for (const value of fact.args) {
    const fault = types.isAbstract(value.type)
      ? `\`${value.type}\` is an abstract type, so no value has it`
      : faultOfId(value);
    if (fault !== undefined) return `${fault}, in a fact of \`${fact.predicate}\``;
  }
  return undefined;
}

function faultOfId({ type, id }: Value): string | undefined {
  const canonical = canonicalId(type, id);
  if (canonical === undefined) {
    const wanted = type === 'Integer' ? 'an integer of 64 bits' : '`true` or `false`';
    return `the id ${JSON.stringify(id)} of a value of type \`${type}\` is not ${wanted}`;
  }
  if (canonical !== id)
    return `the id ${JSON.stringify(id)} of a value of type \`${type}\` is not written \`${canonical}\``;
  if (id === '*' && !PRIMITIVE_TYPES.has(type)) return 'the id `*` is the mark of a wildcard, so no object has it';
  return undefined;
}

function unused(
  { predicate, args }: Fact,
  signatures: readonly FactSignature[],
  { law, predicates }: { readonly law: FactLaw; readonly predicates: Iterable<string> },
): FactFault {
  const shown = args.map(({ type, id }) => (type === 'String' ? JSON.stringify(id) : type));
  const shape = `${predicate}(${shown.join(', ')})`;
  if (signatures.length === 0) {
    const guess = didYouMean(predicate, predicates);
    return { kind: 'unused', shape, near: guess === undefined ? undefined : `Did you mean \`${guess}\`?` };
  }
  const printed = [...new Set(signatures.map((signature) => printFactSignature(signature, law.types)))];
  const more = printed.length > MAX_LISTED ? [`${printed.length - MAX_LISTED} more`] : [];
  return { kind: 'unused', shape, near: `The policy uses ${[...printed.slice(0, MAX_LISTED), ...more].join(', ')}.` };
}
