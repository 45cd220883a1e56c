import initSqlJs from 'sql.js';
import { describe, expect, test } from 'vitest';
import { type LocalWorld, localWorld } from '../support/local-world.ts';
import { givenSeed } from '../support/random.ts';
import { wideWorld } from '../support/wide-world.ts';
import { type Check, checksOf, expectFewRefusals, idsOf, newTally, type Tally } from './equivalence.ts';

const WORLDS = Number(process.env['LOCAL_SQL_WORLDS'] ?? 2_000);
const WIDE_WORLDS = Number(process.env['WIDE_LOCAL_SQL_WORLDS'] ?? 100);
const FIRST_SEED = givenSeed ?? 5_001;

const sqlite = initSqlJs();

type Database = initSqlJs.Database;

describe('SQL for SQLite and the engine with all facts', () => {
  test(`give the same answers in ${WORLDS} random worlds from seed ${FIRST_SEED}`, async () => {
    const database = openTables(new (await sqlite).Database());
    const tally = newTally();
    for (let seed = FIRST_SEED; seed < FIRST_SEED + WORLDS; seed++)
      compareIn(database, localWorld(seed, 'local_facts'), tally);
    database.close();
    console.log(`local SQL on SQLite: ${JSON.stringify({ ...tally, reasons: [...tally.reasons] })}`);
    if (WORLDS >= 1_000) expectFewRefusals(tally);
  }, 600_000);

  test(`give the same answers in ${WIDE_WORLDS} wide worlds from seed ${FIRST_SEED}`, async () => {
    const database = openTables(new (await sqlite).Database());
    const tally = newTally();
    for (let seed = FIRST_SEED; seed < FIRST_SEED + WIDE_WORLDS; seed++) {
      compareIn(database, localWorld(seed, 'local_facts', { make: wideWorld, most: 20 }), tally);
    }
    database.close();
    console.log(`wide local SQL on SQLite: ${JSON.stringify({ ...tally, reasons: [...tally.reasons] })}`);
    expect(tally.refused / tally.asked).toBeLessThan(0.2);
    expect(tally.local / tally.asked).toBeGreaterThan(0.05);
  }, 600_000);
});

function compareIn(database: Database, world: LocalWorld, tally: Tally): void {
  fill(database, world);
  for (const check of checksOf(world, 'sqlite', tally)) compare(database, check);
}

function openTables(database: Database): Database {
  database.run('CREATE TABLE local_facts (world int, relation int, a0 text, a1 text, a2 text, a3 text, a4 text)');
  database.run('CREATE TABLE ids (world int, id text, number int)');
  return database;
}

/** The rows of this world, and of no other. */
function fill(database: Database, local: LocalWorld): void {
  const { seed } = local.world;
  database.run('BEGIN; DELETE FROM local_facts; DELETE FROM ids');
  for (const { relation, ids } of local.rows) {
    const columns = Array.from({ length: 5 }, (_, at) => ids[at] ?? null);
    database.run('INSERT INTO local_facts VALUES (?, ?, ?, ?, ?, ?, ?)', [seed, relation, ...columns]);
  }
  for (const id of idsOf(local)) {
    const number = local.columns.endsWith('integer') ? Number(id) : null;
    database.run('INSERT INTO ids VALUES (?, ?, ?)', [seed, id, number]);
  }
  database.run('COMMIT');
}

function compare(database: Database, { sql, expected, question }: Check): void {
  const rows = database.exec(sql)[0]?.values ?? [];
  // Booleans are numbers here.
  const isDecision = / AS (?:allowed|result)$/u.test(sql.trimEnd());
  // To SQLite 1 and '1' are two rows, and what type a plain literal should have nobody declared.
  const found = [...new Set(rows.map((row) => JSON.stringify(isDecision ? [row[0] === 1] : row.map(asText))))].sort();
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found, question()).toEqual(expected);
}

/** Ids are text wherever they come from. */
function asText(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}
