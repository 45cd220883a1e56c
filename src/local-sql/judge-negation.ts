import type { TypeSet } from '../program/program.ts';
import { hasType, typeSetKey } from '../program/type-set.ts';
import { normalize } from './answer-of.ts';
import { withoutSubsumed } from './known-answers.ts';
import type { Residual } from './residual.ts';
import { fork, narrow, type State, typesOf } from './state.ts';

/** One way to satisfy a negated body: where the residual holds, for which values of the variable that nothing binds. */
interface Branch {
  readonly residual: Residual;
  readonly covers: { readonly kind: 'all' } | { readonly kind: 'types' | 'values'; readonly types: TypeSet };
}

/**
 * The states that are left when no solution of a negated body may hold: one for all types of an unbound variable that the
 * same solutions speak of. Undefined when what is left are all values but some, which no state can say (polar reference,
 * 12.20).
 */
export function judgeNegation(
  state: State,
  { free, solutions }: { readonly free: readonly number[]; readonly solutions: readonly State[] },
): readonly State[] | undefined {
  const branches: Branch[] = [];
  for (const done of solutions) {
    const covers = coverOf(state, done, free);
    if (covers === undefined) return undefined;
    const conditions = done.conditions.filter((condition) => !state.conditions.includes(condition));
    const residual = normalize({ atoms: done.atoms, conditions }, [])?.residual;
    if (residual !== undefined) branches.push({ residual, covers });
  }
  const [variable] = free;
  if (variable === undefined || branches.every(({ covers }) => covers.kind === 'all')) {
    return without(fork(state), branches);
  }
  return splitByType(state, variable, branches);
}

/** Which values of the free variables a solution speaks of; undefined for more than types of one variable can say. */
function coverOf(state: State, done: State, free: readonly number[]): Branch['covers'] | undefined {
  if (free.every((variable) => isUntouched(done, variable, typesOf(state, variable)))) return { kind: 'all' };
  const [variable, ...others] = free;
  if (variable === undefined || others.length > 0) return undefined;
  let entry = done.entries[variable];
  while (entry?.kind === 'alias') entry = done.entries[entry.to];
  if (entry === undefined) throw new Error(`no variable ${variable}`);
  if (entry.kind === 'free') return { kind: 'types', types: entry.types };
  const type = entry.kind === 'column' ? entry.type : entry.value.type;
  return { kind: 'values', types: { kind: 'some', types: new Set([type]) } };
}

function isUntouched({ entries }: State, variable: number, types: TypeSet): boolean {
  const entry = entries[variable];
  return entry?.kind === 'free' && typeSetKey(entry.types) === typeSetKey(types);
}

function splitByType(state: State, variable: number, branches: readonly Branch[]): readonly State[] | undefined {
  const all = typesOf(state, variable);
  if (all.kind === 'any') return undefined;
  const groups = new Map<string, { readonly types: string[]; readonly branches: readonly Branch[] }>();
  for (const type of all.types) {
    const about = branches.filter(({ covers }) => covers.kind === 'all' || hasType(covers.types, type));
    if (about.some((branch) => branch.covers.kind !== 'values' && isSure(branch))) continue;
    if (about.some(({ covers }) => covers.kind === 'values')) return undefined;
    const key = about.map((branch) => branches.indexOf(branch)).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { types: [type], branches: about });
    else group.types.push(type);
  }
  return [...groups.values()].flatMap((group) => {
    const next = fork(state);
    narrow(next, { kind: 'free', variable }, { kind: 'some', types: new Set(group.types) });
    return without(next, group.branches);
  });
}

function isSure({ residual: { atoms, conditions } }: Branch): boolean {
  return atoms.length === 0 && conditions.length === 0;
}

/** The state where no branch holds; none when one of them holds always. */
function without(state: State, branches: readonly Branch[]): readonly State[] {
  if (branches.some(isSure)) return [];
  if (branches.length === 0) return [state];
  const least = withoutSubsumed(branches.map(({ residual }) => ({ terms: [], residual })));
  const none = { kind: 'none' as const, branches: least.map(({ residual }) => residual) };
  return [{ ...state, conditions: [...state.conditions, none] }];
}
