import { compareStrings } from '../facts/compare-strings.ts';
import type { DeclareNode } from '../polar/ast.ts';
import { type BlockTable, declaredNames } from '../polar/block-table.ts';
import type { InferredTypes } from './infer-types.ts';
import type { FactSignature } from './program.ts';
import type { TypedRule } from './static-types.ts';
import { typeSetKey, typesNamed, typesUnder } from './type-set.ts';
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
export function factSignatures(
  declared: readonly FactSignature[],
  rules: readonly TypedRule[],
  inferred: InferredTypes,
): readonly FactSignature[] {
  const signatures = new Map<string, FactSignature>();
  const add = (signature: FactSignature) => {
    const key = signatureKey(signature);
    if (!signatures.has(key)) signatures.set(key, signature);
  };
  for (const signature of declared) add(signature);
  for (const rule of rules) {
    for (const call of rule.calls) {
      add({ predicate: call.predicate, types: inferred.argumentTypes(rule, call) });
    }
  }
  return [...signatures.values()].sort(
    (a, b) => compareStrings(a.predicate, b.predicate) || a.types.length - b.types.length,
  );
}

function signatureKey({ predicate, types }: FactSignature): string {
  return [predicate, ...types.map(typeSetKey)].join('\n');
}
