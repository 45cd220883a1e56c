import type { Fact, Value } from '../../src/facts/fact.ts';
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
  readonly columns: ColumnKind;
  readonly random: Random;
}

/** What the columns of objects hold: text, or integers whose type the bindings declare or do not declare. */
export type ColumnKind = 'text' | 'declared-text' | 'declared-integer' | 'undeclared-integer';

/** Objects that stand in for one object, so that answers become long lists. */
const TWINS = 12;
/** Types whose ids are words or numbers in any case. */
const PRIMITIVE = new Set(['String', 'Integer', 'Boolean']);

export interface LocalWorldOptions {
  /** Ids as in `randomWorld`, for worlds whose ids are text. */
  readonly plain?: readonly string[] | undefined;
  /** What the database calls the type in a cast. */
  readonly integer?: string | undefined;
  readonly make?: typeof randomWorld;
  /** Signatures whose facts may be in the database, at least 3. */
  readonly most?: number;
}

/** `table` names what the queries read: columns world, relation, a0 … a4. */
export function localWorld(
  seed: number,
  table: string,
  { plain, integer = 'integer', make = randomWorld, most = 7 }: LocalWorldOptions = {},
): LocalWorld {
  const random = new Random(seed + 77);
  const columns = random.pick<ColumnKind>([
    'text',
    'text',
    'text',
    'declared-text',
    'declared-integer',
    'undeclared-integer',
  ]);
  const isInteger = columns.endsWith('integer');
  const small = isInteger ? withNumbers(make(seed, ['1', '2', '3', '4']), columns) : make(seed, plain);
  const world = random.chance(0.2) ? withTwins(small, random) : small;
  const signatures = new Map<string, readonly Fact[]>();
  for (const fact of world.facts) {
    const key = signatureOf(fact, random.chance(0.5));
    signatures.set(key, [...(signatures.get(key) ?? []), fact]);
  }
  const chosen = [...new Set(random.picks([...signatures.keys()], 3 + random.below(most - 2)))];
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
    const selected = [...signature.matchAll(/(?<=[(,] ?)[^(,)]+/gu)].flatMap(([arg], at) => {
      if (!arg.endsWith(':_')) return [];
      return isInteger && !PRIMITIVE.has(arg.trim().slice(0, -2)) ? [`CAST(a${at} AS ${integer})`] : [`a${at}`];
    });
    return `  ${JSON.stringify(signature)}:\n    query: SELECT ${selected.join(', ') || '1'} FROM ${table} WHERE world = ${seed} AND relation = ${relation}\n`;
  });
  return {
    world,
    central: [...central],
    rows,
    yaml: `facts:\n${entries.join('')}${declare(world, columns)}`,
    columns,
    random,
  };
}

/** Where no type is declared, every id must be a number: a plain literal becomes what it is compared with. */
function withNumbers(world: RandomWorld, columns: ColumnKind): RandomWorld {
  const nobody = columns === 'declared-integer' ? 'nobody' : '99';
  return { ...world, ids: world.ids.map((id) => (id === 'nobody' ? nobody : id)) };
}

/** Every fact of one object also about objects that are like it. */
function withTwins(world: RandomWorld, random: Random): RandomWorld {
  const objects = world.facts.flatMap(({ args }) => args.filter(({ type }) => !PRIMITIVE.has(type)));
  if (objects.length === 0) return world;
  const one = random.pick(objects);
  const isOne = ({ type, id }: Value) => type === one.type && id === one.id;
  const twins = Array.from({ length: TWINS }, (_, number) => `${one.id}0${number}`);
  const facts = world.facts.flatMap((fact) => {
    if (!fact.args.some(isOne)) return [fact];
    const copies = twins.map((id) => ({ ...fact, args: fact.args.map((arg) => (isOne(arg) ? { ...arg, id } : arg)) }));
    return [fact, ...copies];
  });
  return { ...world, facts, ids: [...world.ids, ...twins] };
}

function declare({ facts, actorTypes, resourceTypes }: RandomWorld, columns: ColumnKind): string {
  if (!columns.startsWith('declared')) return '';
  const mentioned = facts.flatMap(({ args }) => args.map(({ type }) => type));
  const types = new Set([...mentioned, ...actorTypes, ...resourceTypes].filter((type) => !PRIMITIVE.has(type)));
  const type = columns === 'declared-text' ? 'text' : 'integer';
  return `sql_types:\n${[...types].map((name) => `  ${name}: ${type}\n`).join('')}`;
}

/** The signature of a fact as bindings write it; names are columns or fixed. */
function signatureOf({ predicate, args }: Fact, fixesNames: boolean): string {
  const parts = args.map(({ type, id }) => (type === 'String' && fixesNames ? `String:${id}` : `${type}:_`));
  return `${predicate}(${parts.join(', ')})`;
}
