import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalWorld, type LocalWorldOptions, localWorld } from '../support/local-world.ts';
import { hasMariadb, type MariadbServer, startMariadb } from '../support/mariadb-server.ts';
import { givenSeed } from '../support/random.ts';
import { wideWorld } from '../support/wide-world.ts';
import { type Check, checksOf, expectFewRefusals, idsOf, newTally, type Tally } from './equivalence.ts';

const WORLDS = Number(process.env['LOCAL_SQL_WORLDS'] ?? 300);
const WIDE_WORLDS = Number(process.env['WIDE_LOCAL_SQL_WORLDS'] ?? 100);
const FIRST_SEED = givenSeed ?? 10_001;
const BATCH = 50;
/** All the same to the collation that columns have unless told otherwise. */
const ALIKE = ['a', 'A', 'a ', 'á'];

describe.skipIf(!hasMariadb())('SQL for MySQL, run by MariaDB, and the engine with all facts', () => {
  let server: MariadbServer;
  let connection: Connection;

  beforeAll(async () => {
    server = await startMariadb();
    connection = await server.connect();
    await connection.query(
      'CREATE TABLE local_facts (world int, relation int, a0 varchar(99), a1 varchar(99), a2 varchar(99), a3 varchar(99), a4 varchar(99), KEY (world, relation))',
    );
    await connection.query('CREATE TABLE ids (world int, id varchar(99), number int, KEY (world))');
  }, 60_000);

  afterAll(async () => {
    await connection?.end();
    await server?.stop();
  });

  test(`give the same answers in ${WORLDS} random worlds from seed ${FIRST_SEED}`, async () => {
    const tally = await compareIn(connection, WORLDS, {});
    console.log(`local SQL on MariaDB: ${JSON.stringify({ ...tally, reasons: [...tally.reasons] })}`);
    expect(tally.local / tally.asked).toBeGreaterThan(0.15);
    if (WORLDS >= 1_000) expectFewRefusals(tally);
  }, 600_000);

  test(`give the same answers in ${WIDE_WORLDS} wide worlds from seed ${FIRST_SEED}`, async () => {
    const tally = await compareIn(connection, WIDE_WORLDS, { make: wideWorld, most: 20 });
    console.log(`wide local SQL on MariaDB: ${JSON.stringify({ ...tally, reasons: [...tally.reasons] })}`);
    expect(tally.local / tally.asked).toBeGreaterThan(0.05);
  }, 600_000);
});

async function compareIn(connection: Connection, count: number, options: LocalWorldOptions): Promise<Tally> {
  const tally = newTally();
  for (let first = 0; first < count; first += BATCH) {
    const worlds = Array.from({ length: Math.min(BATCH, count - first) }, (_, number) => {
      const plain = number % 2 === 0 ? ALIKE : undefined;
      return localWorld(FIRST_SEED + first + number, 'local_facts', { ...options, plain, integer: 'SIGNED' });
    });
    await fill(connection, worlds);
    for (const world of worlds) {
      for (const check of checksOf(world, 'mysql', tally)) await compare(connection, check);
    }
  }
  return tally;
}

async function fill(connection: Connection, worlds: readonly LocalWorld[]): Promise<void> {
  await connection.query('DELETE FROM local_facts');
  await connection.query('DELETE FROM ids');
  const facts = worlds.flatMap(({ world, rows }) =>
    rows.map(({ relation, ids }) => [world.seed, relation, ...Array.from({ length: 5 }, (_, at) => ids[at] ?? null)]),
  );
  if (facts.length > 0) await connection.query('INSERT INTO local_facts VALUES ?', [facts]);
  const ids = worlds.flatMap((world) =>
    idsOf(world).map((id) => [world.world.seed, id, world.columns.endsWith('integer') ? Number(id) || null : null]),
  );
  await connection.query('INSERT INTO ids VALUES ?', [ids]);
  await connection.query('ANALYZE TABLE local_facts, ids');
}

async function compare(connection: Connection, { sql, expected, question }: Check): Promise<void> {
  let rows: readonly (readonly unknown[])[];
  try {
    [rows] = await connection.query<RowDataPacket[][]>({ sql, rowsAsArray: true });
  } catch (error) {
    throw new Error(question(), { cause: error });
  }
  // Booleans are numbers here.
  const isDecision = / AS `(?:allowed|result)`$| AS (?:allowed|result)$/u.test(sql.trimEnd());
  const found = [...new Set(rows.map((row) => JSON.stringify(isDecision ? [row[0] === 1] : row.map(asText))))].sort();
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found, question()).toEqual(expected);
}

/** Ids are text wherever they come from. */
function asText(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}
