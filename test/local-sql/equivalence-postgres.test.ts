import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalWorld, localWorld } from '../support/local-world.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { givenSeed } from '../support/random.ts';
import { wideWorld } from '../support/wide-world.ts';
import { type Check, checksOf, expectFewRefusals, idsOf, newTally, type Tally } from './equivalence.ts';

const WORLDS = Number(process.env['LOCAL_SQL_WORLDS'] ?? 2_100);
const WIDE_WORLDS = Number(process.env['WIDE_LOCAL_SQL_WORLDS'] ?? 100);
const FIRST_SEED = givenSeed ?? 1;
const BATCH = 50;

let server: PostgresServer;
let client: pg.Client;

beforeAll(async () => {
  server = startPostgres();
  client = await server.connect();
  await client.query(`
    CREATE TABLE local_facts (world int, relation int, a0 text, a1 text, a2 text, a3 text, a4 text);
    CREATE TABLE ids (world int, id text, number int);
    CREATE INDEX ON local_facts (world, relation);
    CREATE INDEX ON ids (world);`);
});

afterAll(async () => {
  await client?.end();
  server?.stop();
});

describe('SQL for PostgreSQL and the engine with all facts', () => {
  test(`give the same answers in ${WORLDS} random worlds from seed ${FIRST_SEED}`, async () => {
    const tally = newTally();
    await compareIn(WORLDS, (seed) => localWorld(seed, 'local_facts'), tally);
    console.log(`local SQL: ${JSON.stringify({ ...tally, reasons: [...tally.reasons] })}`);
    if (WORLDS >= 2_000) {
      expect(tally.worlds).toBeGreaterThanOrEqual(2_000);
      expectFewRefusals(tally);
      expect(tally.local / tally.asked).toBeGreaterThan(0.15);
      expect(tally.yes / tally.asked).toBeGreaterThan(0.1);
    }
  }, 600_000);

  test(`give the same answers in ${WIDE_WORLDS} wide worlds from seed ${FIRST_SEED}`, async () => {
    const tally = newTally();
    await compareIn(WIDE_WORLDS, (seed) => localWorld(seed, 'local_facts', { make: wideWorld, most: 20 }), tally);
    console.log(`wide local SQL: ${JSON.stringify({ ...tally, reasons: [...tally.reasons] })}`);
  }, 600_000);
});

async function compareIn(count: number, worldOf: (seed: number) => LocalWorld, tally: Tally): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    const seeds = Array.from({ length: Math.min(BATCH, count - first) }, (_, number) => FIRST_SEED + first + number);
    const worlds = seeds.map(worldOf);
    const checks = worlds.flatMap((world) => checksOf(world, 'postgresql', tally));
    await client.query('TRUNCATE local_facts, ids');
    await insert(
      'local_facts',
      ['world', 'relation', 'a0', 'a1', 'a2', 'a3', 'a4'],
      worlds.flatMap(({ world, rows }) =>
        rows.map(({ relation, ids }) => [
          world.seed,
          relation,
          ...Array.from({ length: 5 }, (_, at) => ids[at] ?? null),
        ]),
      ),
    );
    await insert(
      'ids',
      ['world', 'id', 'number'],
      worlds.flatMap((world) =>
        idsOf(world).map((id) => [world.world.seed, id, world.columns.endsWith('integer') ? Number(id) : null]),
      ),
    );
    await client.query('ANALYZE local_facts, ids');
    await compare(checks);
  }
}

async function insert(table: string, columns: readonly string[], rows: readonly (readonly unknown[])[]): Promise<void> {
  const arrays = columns.map((_, column) => rows.map((row) => row[column]));
  const types = columns.map(
    (column, at) => `$${at + 1}::${['world', 'relation', 'number'].includes(column) ? 'int' : 'text'}[]`,
  );
  await client.query(`INSERT INTO ${table} (${columns.join(', ')}) SELECT * FROM unnest(${types.join(', ')})`, arrays);
}

async function compare(checks: readonly Check[]): Promise<void> {
  for (const check of checks) {
    let rows: readonly unknown[][];
    try {
      rows = (await client.query({ text: check.sql, rowMode: 'array' })).rows;
    } catch (error) {
      throw new Error(check.question(), { cause: error });
    }
    const found = rows.map((row) => JSON.stringify(row.map(asText))).sort();
    if (JSON.stringify(found) !== JSON.stringify(check.expected))
      expect(found, check.question()).toEqual(check.expected);
  }
}

/** Ids are text wherever they come from. */
function asText(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}
