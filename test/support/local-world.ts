import type { Fact } from '../../src/facts/fact.ts';
import { Random } from './random.ts';
import { type RandomWorld, randomWorld } from './random-world.ts';

/** A random world whose facts are split between Oso Cloud and the application's database. */
export interface LocalWorld {
  readonly world: RandomWorld;
  /** Facts of Oso Cloud. */
  readonly central: readonly Fact[];
  /** Rows of the database: the table of all local facts holds them under these numbers. */
  readonly rows: readonly { readonly relation: number; readonly ids: readonly string[] }[];
  /** The data bindings, as YAML. */
  readonly yaml: string;
  readonly random: Random;
}

/** `table` names what the queries read: columns world, relation, a0 … a4. */
export function localWorld(seed: number, table: string): LocalWorld {
  const world = randomWorld(seed);
  const random = new Random(seed + 77);
  const signatures = new Map<string, readonly Fact[]>();
  for (const fact of world.facts) {
    const key = signatureOf(fact, random.chance(0.5));
    signatures.set(key, [...(signatures.get(key) ?? []), fact]);
  }
  const chosen = [...new Set(random.picks([...signatures.keys()], 3 + random.below(5)))];
  const rows: { relation: number; ids: readonly string[] }[] = [];
  const central = new Set(world.facts);
  for (const [relation, signature] of chosen.entries()) {
    for (const fact of signatures.get(signature) ?? []) {
      const isLocal = random.chance(0.75);
      if (isLocal) rows.push({ relation, ids: fact.args.map(({ id }) => id) });
      if (isLocal && random.chance(0.9)) central.delete(fact);
    }
  }
  const entries = chosen.map((signature, relation) => {
    const columns = [...signature.matchAll(/(?<=[(,] ?)[^(,)]+/gu)].flatMap(([arg], at) =>
      arg.endsWith(':_') ? [`a${at}`] : [],
    );
    return `  ${JSON.stringify(signature)}:\n    query: SELECT ${columns.join(', ')} FROM ${table} WHERE world = ${seed} AND relation = ${relation}\n`;
  });
  return { world, central: [...central], rows, yaml: `facts:\n${entries.join('')}`, random };
}

/** The signature of a fact as bindings write it; names are columns or fixed. */
function signatureOf({ predicate, args }: Fact, fixesNames: boolean): string {
  const parts = args.map(({ type, id }) => (type === 'String' && fixesNames ? `String:${id}` : `${type}:_`));
  return `${predicate}(${parts.join(', ')})`;
}
