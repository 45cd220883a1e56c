import type { TermCode } from './compiled-rule.ts';
import { NO_TYPE, type TypeSets } from './type-sets.ts';

/*
 * What the variables of a rule stand for, one integer each:
 *
 *     value ≥ 0            the handle of a value
 *     -1 - 2 × types       free, any value of a set of types
 *     -2 - 2 × variable    the same as another variable
 *
 * A free variable that is not the same as another one is a root. Following a term through an environment ends in a
 * value or in a root, which is written as a term code: `-1 - root`.
 */
export type Environment = number[];

export function freeVariable(types: number): number {
  return -1 - 2 * types;
}

/** The value of a variable's term code, or its root's term code. */
export function follow(environment: readonly number[], variable: TermCode): TermCode {
  let index = -1 - variable;
  for (;;) {
    const entry = environment[index] as number;
    if (entry >= 0) return entry;
    if (entry % 2 !== 0) return -1 - index;
    index = (-2 - entry) / 2;
  }
}

/** The types of a root. */
export function typesOf(environment: readonly number[], root: TermCode): number {
  return (-1 - (environment[-1 - root] as number)) / 2;
}

/** Binds a root without looking at types. */
export function bind(environment: Environment, root: TermCode, value: number): void {
  environment[-1 - root] = value;
}

/** Makes a root the same as another one, which keeps its types. */
export function alias(environment: Environment, root: TermCode, other: TermCode): void {
  environment[-1 - root] = -2 - 2 * (-1 - other);
}

/** Leaves a root only the types that are also in the set. False when none is left. */
export function narrow(environment: Environment, root: TermCode, types: number, sets: TypeSets): boolean {
  const left = sets.meet(typesOf(environment, root), types);
  if (left === NO_TYPE) return false;
  environment[-1 - root] = freeVariable(left);
  return true;
}

/** Makes two followed terms equal. False when they cannot be. `typeOf` gives the type of a value. */
export function unify(
  environment: Environment,
  terms: { readonly left: TermCode; readonly right: TermCode },
  sets: TypeSets,
  typeOf: (value: number) => number,
): boolean {
  const { left, right } = terms;
  if (left === right) return true;
  if (left >= 0 && right >= 0) return false;
  if (left < 0 && right < 0) {
    if (!narrow(environment, right, typesOf(environment, left), sets)) return false;
    alias(environment, left, right);
    return true;
  }
  const [root, value] = left < 0 ? [left, right] : [right, left];
  if (!sets.has(typesOf(environment, root), typeOf(value))) return false;
  bind(environment, root, value);
  return true;
}
