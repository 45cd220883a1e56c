import initSqlJs from 'sql.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { readScenarios, type Scenario, type ScenarioAsk } from './read-scenarios.ts';

type Run = (sql: string) => Promise<readonly (readonly unknown[])[]>;

const scenarios = readScenarios();
let server: PostgresServer;

beforeAll(() => {
  server = startPostgres();
});

afterAll(() => server?.stop());

test('there are scenarios', () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(30);
});

describe('on PostgreSQL', () => {
  test.each(scenarios.filter(({ only }) => only !== 'sqlite'))('$file: $note', async (scenario) => {
    const client = await server.connect();
    try {
      await client.query(`BEGIN; ${scenario.tables}`);
      await check(scenario, 'postgresql', async (sql) => (await client.query({ text: sql, rowMode: 'array' })).rows);
    } finally {
      await client.end();
    }
  });
});

describe('on SQLite', () => {
  test.each(scenarios.filter(({ only }) => only !== 'postgresql'))('$file: $note', async (scenario) => {
    const sqlite = await initSqlJs();
    const database = new sqlite.Database();
    database.run(scenario.tables);
    await check(scenario, 'sqlite', async (sql) => database.exec(sql)[0]?.values ?? []);
    database.close();
  });
});

async function check({ asks }: Scenario, dialect: 'postgresql' | 'sqlite', run: Run): Promise<void> {
  for (const ask of asks) {
    if (ask.fails !== undefined) {
      expect(() => ask.sql(dialect), ask.title).toThrow(ask.fails);
      continue;
    }
    const sql = ask.sql(dialect);
    const found = (await run(sql)).map((row) => row.map((value) => print(value, ask)));
    expect(sorted(found), `${ask.title}\n${sql}`).toEqual(sorted(ask.rows));
  }
}

/** Booleans are numbers in SQLite. */
function print(value: unknown, { isDecision }: ScenarioAsk): string | null {
  if (value === null) return null;
  return isDecision ? String(Boolean(value)) : String(value);
}

function sorted(rows: readonly (readonly (string | null)[])[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
