import { compareStrings } from '../facts/compare-strings.ts';
import type { DeclareNode } from '../polar/ast.ts';
import { type BlockTable, declaredNames } from '../polar/block-table.ts';
import type { InferredTypes } from './infer-types.ts';
import type { FactSignature, Term, TypeSet } from './program.ts';
import type { TypedRule } from './static-types.ts';
import { isEmptyTypeSet, typeSetKey, typesNamed, typesUnder } from './type-set.ts';
import type { TypeTable } from './type-table.ts';

/**
 * What `declare` says, and what the roles and relations of blocks stand for even where no rule reads them
 * (polar reference, 3.3.4, 12.4 and 12.5).
 */
export function declaredSignatures(
  declares: readonly DeclareNode[],
  blocks: BlockTable,
  table: TypeTable,
): readonly FactSignature[] {
  const under = (type: string) => typesUnder(table, type);
  const string = typesNamed('String');
  const signatures: FactSignature[] = declares.map(({ name, types }) => ({
    predicate: name.text,
    types: types.map((type) => under(type.text)),
  }));
  if ([...blocks.global.values()].some(({ kind }) => kind === 'role')) {
    signatures.push({ predicate: 'has_role', types: [under('Actor'), string] });
  }
  for (const type of blocks.blocks.keys()) {
    const names = [...declaredNames(blocks, type).values()];
    if (names.some(({ kind }) => kind === 'role')) {
      signatures.push({ predicate: 'has_role', types: [under('Actor'), string, under(type)] });
    }
    for (const declared of names) {
      if (declared.kind !== 'relation') continue;
      signatures.push({ predicate: 'has_relation', types: [under(type), string, under(declared.type.text)] });
    }
  }
  return signatures;
}

/** Declared signatures and one for each call of a rule, each once, sorted by predicate and arity (polar reference, 3.3.3). */
export function factSignatures(policy: {
  readonly declared: readonly FactSignature[];
  readonly rules: readonly TypedRule[];
  readonly inferred: InferredTypes;
  readonly table: TypeTable;
}): readonly FactSignature[] {
  const signatures = new Map<string, FactSignature>();
  const add = (signature: FactSignature) => {
    const key = signatureKey(signature);
    if (!signatures.has(key)) signatures.set(key, signature);
  };
  for (const signature of policy.declared) add(signature);
  for (const rule of policy.rules) {
    for (const call of rule.calls) {
      const inferred = policy.inferred.argumentTypes(rule, call);
      const types = inferred.map((set, position) =>
        storable(set, typesAsWritten(rule, call.args[position], policy.table)),
      );
      add({ predicate: call.predicate, types });
    }
  }
  return [...signatures.values()].sort(
    (a, b) => compareStrings(a.predicate, b.predicate) || a.types.length - b.types.length,
  );
}
/** A body that can never hold is a warning only, so it makes no fact wrong that fits what it says (polar reference, 9). */
function storable(types: TypeSet, written: TypeSet): TypeSet {
  return isEmptyTypeSet(types) ? written : types;
}

/** What a rule says of a variable before it contradicts itself: each of several types, when no value has all of them. */
function typesAsWritten({ rule, source }: TypedRule, term: Term | undefined, table: TypeTable): TypeSet {
  const variable = term?.kind === 'variable' ? rule.variables[term.index] : undefined;
  if (variable?.types.kind !== 'some') return typesNamed();
  if (variable.types.types.size > 0) return variable.types;
  const names = source.impossible.flatMap(({ name, written }) => (name === variable.name ? written : []));
  return { kind: 'some', types: new Set(names.flatMap((name) => [...table.subtypesOf(name)])) };
}

function signatureKey({ predicate, types }: FactSignature): string {
  return [predicate, ...types.map(typeSetKey)].join('\n');
}
