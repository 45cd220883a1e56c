import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Oso, typedVar } from 'oso-cloud';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SqlDialect } from '../../src/config/sql-dialect.ts';
import { DEV_TOKEN } from '../../src/dev-server/environments.ts';
import { type RunningDevServer, startDevServer } from '../dev-server/support/running-dev-server.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { openSqlite } from '../support/sqlite-database.ts';

/* What the clients' own tests of local authorization ask (api reference, 6.5), of more than one database. */

const POLICY = `
actor User {}
resource Tenant { roles = ["admin"]; }
resource Environment {
  permissions = ["read", "write"];
  roles = ["owner"];
  relations = { tenant: Tenant };
  "read" if "admin" on "tenant";
  "write" if "owner";
}
has_permission(user: User, "read", _: Environment) if is_god(user);
`;

const BINDINGS = `facts:
  has_relation(Environment:_, tenant, Tenant:_):
    query: SELECT name, tenant FROM environment
  has_role(User:_, owner, Environment:_):
    query: SELECT owner, name FROM environment WHERE owner IS NOT NULL
`;

const SCHEMA = `
CREATE TABLE environment (name text PRIMARY KEY, tenant text, owner text);
INSERT INTO environment VALUES
  ('prod', 'acme', 'bob'), ('dev', 'acme', NULL), ('test', 'acme', 'bob'), ('e4', 'other', NULL), ('e5', 'other', 'charlie');
CREATE TABLE users (user_id text);
INSERT INTO users VALUES ('alice'), ('bob'), ('dartagnan'), ('charlie')`;

interface Opened {
  rowsOf(sql: string): Promise<readonly (readonly unknown[])[]>;
  close(): Promise<void>;
}

async function openPostgres(): Promise<Opened> {
  const server = startPostgres();
  const client = await server.connect();
  await client.query(SCHEMA);
  return {
    rowsOf: async (text) => (await client.query({ text, rowMode: 'array' })).rows,
    async close() {
      await client.end();
      server.stop();
    },
  };
}

async function openMemory(): Promise<Opened> {
  const database = await openSqlite();
  database.run(SCHEMA);
  return { rowsOf: async (sql) => database.rowsOf(sql), close: async () => {} };
}

const alice = { type: 'User', id: 'alice' };
const bob = { type: 'User', id: 'bob' };
const dartagnan = { type: 'User', id: 'dartagnan' };
const god = { type: 'User', id: 'god' };
const prod = { type: 'Environment', id: 'prod' };

describe.each<[SqlDialect, () => Promise<Opened>]>([
  ['postgresql', openPostgres],
  ['sqlite', openMemory],
])('the client with %s', (sqlDialect, open) => {
  let running: RunningDevServer;
  let database: Opened;
  let oso: Oso;
  const directory = mkdtempSync(join(tmpdir(), 'oso-vectors-'));
  const isYes = (value: unknown) => value === true || value === 1;
  const first = async (sql: string) => (await database.rowsOf(sql)).map(([value]) => value);

  beforeAll(async () => {
    database = await open();
    running = await startDevServer({ sqlDialect });
    const dataBindings = join(directory, 'bindings.yaml');
    writeFileSync(dataBindings, BINDINGS);
    oso = new Oso(running.url, DEV_TOKEN, { dataBindings });
    await oso.policy(POLICY);
    await oso.insert(['has_role', alice, 'admin', { type: 'Tenant', id: 'acme' }]);
    await oso.insert(['has_permission', bob, 'read', prod]);
    await oso.insert(['is_god', god]);
  });

  afterAll(async () => {
    await running?.[Symbol.asyncDispose]();
    await database?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test('authorize gives one row and one boolean, yes or no', async () => {
    const allowed = async (...asked: Parameters<Oso['authorizeLocal']>) => {
      const rows = await database.rowsOf(await oso.authorizeLocal(...asked));
      expect(rows).toEqual([[expect.anything()]]);
      return isYes(rows[0]?.[0]);
    };
    expect(await allowed(alice, 'read', prod)).toBe(true);
    expect(await allowed(alice, 'read', { type: 'Environment', id: 'e4' })).toBe(false);
    expect(await allowed(alice, 'frob', prod)).toBe(false);
    expect(await allowed(god, 'read', { type: 'Environment', id: 'of no row' })).toBe(true);
    expect(await allowed(dartagnan, 'read', prod)).toBe(false);
    const context: Parameters<Oso['authorizeLocal']>[3] = [
      ['has_role', dartagnan, 'admin', { type: 'Tenant', id: 'acme' }],
    ];
    expect(await allowed(dartagnan, 'read', prod, context)).toBe(true);
    expect(await allowed(dartagnan, 'read', { type: 'Environment', id: 'e4' }, context)).toBe(false);
  });

  test.each([
    [god, 'read', ['dev', 'e4', 'e5', 'prod', 'test']],
    [alice, 'read', ['dev', 'prod', 'test']],
    [bob, 'write', ['prod', 'test']],
    [alice, 'write', []],
    [alice, 'frob', []],
  ])('%o may %s environments %o', async (actor, action, expected) => {
    const fragment = await oso.listLocal(actor, action, 'Environment', 'environment.name');
    expect(fragment).not.toMatch(/^\s*\d*\s*$|;\s*$/u);
    const plain = `SELECT name FROM environment WHERE tenant <> '' AND ${fragment} ORDER BY name`;
    expect(await first(plain)).toEqual(expected);
    expect(await first(`SELECT name FROM environment WHERE ${fragment} AND NOT ${fragment}`)).toEqual([]);
    const inner = `SELECT e.name FROM (SELECT * FROM environment WHERE ${fragment}) AS e ORDER BY 1`;
    expect(await first(inner)).toEqual(expected);
  });

  test('a type without the permission keeps no row', async () => {
    const fragment = await oso.listLocal(alice, 'read', 'Tenant', 'tenant');
    expect(await first(`SELECT name FROM environment WHERE ${fragment}`)).toEqual([]);
  });

  test('actions are rows of one text column, also within another query', async () => {
    const actions = await oso.actionsLocal(bob, prod);
    expect(await first(`SELECT actions FROM (${actions}) AS actions ORDER BY actions`)).toEqual(['read', 'write']);
    expect(await first(await oso.actionsLocal(god, { type: 'Environment', id: 'of no row' }))).toEqual(['read']);
    expect(await first(await oso.actionsLocal(dartagnan, prod))).toEqual([]);
  });

  test('select and filter unite rows, central facts and context facts, each user once', async () => {
    const user = typedVar('User');
    const query = oso
      .buildQuery(['allow', user, 'read', prod])
      .withContextFacts([['has_permission', dartagnan, 'read', prod]]);
    const select = await query.evaluateLocalSelect({ user_id: user });
    const users = await first(
      `SELECT t.user_id FROM (${select}) AS t JOIN users ON users.user_id = t.user_id ORDER BY 1`,
    );
    expect(users).toEqual(['alice', 'bob', 'dartagnan']);
    const filter = await query.evaluateLocalFilter('users.user_id', user);
    expect(await first(`SELECT user_id FROM users WHERE ${filter} ORDER BY 1`)).toEqual(['alice', 'bob', 'dartagnan']);
  });

  test('select gives one row without variables, and rows of two variables under conditions that both hold', async () => {
    const [user, environment] = [typedVar('User'), typedVar('Environment')];
    const rows = await database.rowsOf(
      await oso.buildQuery(['allow', user, 'write', environment]).evaluateLocalSelect({}),
    );
    expect(rows.map(([value]) => isYes(value))).toEqual([true]);
    const both = await oso
      .buildQuery(['allow', user, 'write', environment])
      .and(['has_relation', environment, 'tenant', { type: 'Tenant', id: 'acme' }])
      .evaluateLocalSelect({ 'User name': user, order: environment });
    expect(await database.rowsOf(`SELECT * FROM (${both}) AS t ORDER BY 1, 2`)).toEqual([
      ['bob', 'prod'],
      ['bob', 'test'],
    ]);
    await expect(
      oso.buildQuery(['allow', user, 'read', prod]).evaluateLocalSelect({ a: user, b: user }),
    ).rejects.toThrow();
  });
});
