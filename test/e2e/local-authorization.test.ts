import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql as raw } from 'kysely';
import { Oso, typedVar } from 'oso-cloud';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEV_TOKEN } from '../../src/dev-server/environments.ts';
import { type RunningDevServer, startDevServer } from '../dev-server/support/running-dev-server.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';

const POLICY = `
actor User {}
resource Organization { roles = ["admin"]; }
resource Team { roles = ["editor"]; }
resource Document {
  permissions = ["read", "write"];
  relations = { organization: Organization, team: Team };
  "read" if "admin" on "organization";
  "write" if "editor" on "team";
}
has_permission(_: User, "read", document: Document) if has_status(document, "published");
has_permission(_: User, "read", document: Document) if is_public(document, true);
has_permission(user: User, "read", _: Document) if is_god(user);
`;

const BINDINGS = `facts:
  has_relation(Document:_, organization, Organization:_):
    query: SELECT id, organization_id FROM document
  "has_relation(Document:_, String:team, Team:_)":
    query: >
      SELECT id, team_id
      FROM document;
  has_status(Document:_, String:_): { query: "SELECT id, status FROM document" }
  is_public(Document:_, Boolean:_):
    query: |-
      SELECT id, is_public -- a comment
      FROM "document"
  has_relation(Organization:_, documents, Document:_):
    query: SELECT organization_id, id FROM document
`;

const TYPES = 'sql_types:\n  Document: INTEGER\n  Organization: integer\n  Team: bigint\n';

const ALICE = { type: 'User', id: 'alice' };
const BOB = { type: 'User', id: 'bob' };
const GOD = { type: 'User', id: 'god' };

let server: PostgresServer;
let client: pg.Client;
let running: RunningDevServer;
const directory = mkdtempSync(join(tmpdir(), 'oso-bindings-'));

beforeAll(async () => {
  server = startPostgres();
  client = await server.connect();
  await client.query(`
    CREATE TABLE document (id int PRIMARY KEY, organization_id int, status text, is_public boolean, team_id bigint);
    INSERT INTO document VALUES (1, 1, 'draft', false, 111), (2, 2, 'published', false, 111), (3, 3, 'published', true, 222);
    CREATE TABLE environment (name text, tenant text);
    INSERT INTO environment VALUES ('prod', 'acme'), ('dev', 'other');
    CREATE TABLE users (user_id text);
    INSERT INTO users VALUES ('alice'), ('bob'), ('dartagnan'), ('charlie')`);
  running = await startDevServer();
  const oso = new Oso(running.url, DEV_TOKEN);
  await oso.policy(POLICY);
  await oso.batch((tx) => {
    tx.insert(['has_role', ALICE, 'admin', { type: 'Organization', id: '1' }]);
    tx.insert(['has_role', ALICE, 'editor', { type: 'Team', id: '111' }]);
    tx.insert(['has_role', BOB, 'admin', { type: 'Organization', id: '2' }]);
    tx.insert(['has_role', BOB, 'editor', { type: 'Team', id: '222' }]);
    tx.insert(['is_god', GOD]);
  });
});

afterAll(async () => {
  await running?.[Symbol.asyncDispose]();
  await client?.end();
  server?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function clientWith(bindings: string): Oso {
  const path = join(directory, `bindings-${Math.abs(hash(bindings))}.yaml`);
  writeFileSync(path, bindings);
  return new Oso(running.url, DEV_TOKEN, { dataBindings: path });
}

function hash(text: string): number {
  return [...text].reduce((sum, char) => (Math.imul(sum, 31) + (char.codePointAt(0) ?? 0)) | 0, 7);
}

async function column(text: string): Promise<unknown[]> {
  const { rows } = await client.query({ text, rowMode: 'array' });
  return rows.map(([first]: unknown[]) => first);
}

describe.each([
  ['with types of the columns', BINDINGS + TYPES],
  ['without types of the columns', BINDINGS],
])('the client of version 2, %s', (_, bindings) => {
  const listed = async (actor: typeof ALICE, action: string, resourceType = 'Document') => {
    const fragment = await clientWith(bindings).listLocal(actor, action, resourceType, 'document.id');
    return column(`SELECT id FROM document WHERE id > 0 AND ${fragment} ORDER BY id`);
  };

  test.each([
    [ALICE, 'read', [1, 2, 3]],
    [BOB, 'read', [2, 3]],
    [ALICE, 'write', [1, 2]],
    [BOB, 'write', [3]],
    [GOD, 'read', [1, 2, 3]],
    [GOD, 'write', []],
    [ALICE, 'eat', []],
  ] as const)('%o may %s documents %o', async (actor, action, expected) => {
    expect(await listed(actor, action)).toEqual(expected);
  });

  test('a type without the permission filters everything out', async () => {
    expect(await listed(ALICE, 'read', 'Organization')).toEqual([]);
  });

  test('authorize gives one row with one boolean', async () => {
    const oso = clientWith(bindings);
    const allowed = async (actor: typeof ALICE, action: string, id: string) =>
      (await client.query(await oso.authorizeLocal(actor, action, { type: 'Document', id }))).rows;
    expect(await allowed(ALICE, 'read', '1')).toEqual([{ allowed: true }]);
    expect(await allowed(BOB, 'read', '1')).toEqual([{ allowed: false }]);
    expect(await allowed(BOB, 'read', '404')).toEqual([{ allowed: false }]);
    expect(await allowed(GOD, 'read', 'no-number')).toEqual([{ allowed: true }]);
    expect(await allowed(GOD, 'frob', '1')).toEqual([{ allowed: false }]);
  });

  test('actions is a relation of one text column, also inside another query', async () => {
    const oso = clientWith(bindings);
    const actions = await oso.actionsLocal(ALICE, { type: 'Document', id: '2' });
    expect(await column(`SELECT array_agg(actions ORDER BY actions) FROM (${actions}) AS actions`)).toEqual([
      ['read', 'write'],
    ]);
    expect(await column(await oso.actionsLocal(BOB, { type: 'Document', id: '1' }))).toEqual([]);
    expect(await column(await oso.actionsLocal(GOD, { type: 'Document', id: '404' }))).toEqual(['read']);
  });

  test('Kysely takes a fragment as raw SQL', async () => {
    const fragment = await clientWith(bindings).listLocal(BOB, 'read', 'Document', 'id');
    const db = new Kysely<{ document: { id: number } }>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (kysely) => new PostgresIntrospector(kysely),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    });
    const compiled = db
      .selectFrom('document')
      .select('id')
      .where(raw<boolean>`${raw.raw(fragment)}`)
      .where('id', '<', 3)
      .orderBy('id')
      .compile();
    expect((await client.query(compiled.sql, [...compiled.parameters])).rows).toEqual([{ id: 2 }]);
  });
});

describe('the query builder', () => {
  const user = typedVar('User');
  const document = typedVar('Document');

  test('select without variables gives one row named result', async () => {
    const oso = clientWith(BINDINGS);
    const query = oso.buildQuery(['allow', ALICE, 'read', document]);
    expect((await client.query(await query.evaluateLocalSelect())).rows).toEqual([{ result: true }]);
  });

  test('select gives distinct rows of the columns named', async () => {
    const oso = clientWith(BINDINGS);
    const query = oso.buildQuery(['allow', BOB, 'read', document]);
    const sql = await query.evaluateLocalSelect({ documentId: document });
    const { rows } = await client.query(`SELECT * FROM (${sql}) AS t ORDER BY 1`);
    expect(rows).toEqual([{ documentId: 2 }, { documentId: 3 }]);
  });

  test('filter keeps the users that rows, central facts and context facts give', async () => {
    const oso = clientWith(BINDINGS);
    const query = oso
      .buildQuery(['has_role', user, 'admin', typedVar('Organization')])
      .withContextFacts([['has_role', { type: 'User', id: 'dartagnan' }, 'admin', { type: 'Organization', id: '9' }]]);
    const fragment = await query.evaluateLocalFilter('users.user_id', user);
    expect(await column(`SELECT user_id FROM users WHERE ${fragment} ORDER BY 1`)).toEqual([
      'alice',
      'bob',
      'dartagnan',
    ]);
  });

  test('no bindings at all leave everything to central facts', async () => {
    const fragment = await clientWith('facts:\n').listLocal(ALICE, 'admin', 'Organization', 'id');
    expect(fragment).toBe('false');
  });
});

describe('what cannot be put into SQL, or is not well formed', () => {
  test('is told with the place in the data bindings', async () => {
    const ask = (bindings: string) => clientWith(bindings).listLocal(ALICE, 'read', 'Document', 'id');
    await expect(ask('facts:\n  is_public(_):\n    query: SELECT id FROM document\n')).rejects.toThrow(
      'data bindings, line 2: `is_public(_)`: argument 1 is a wildcard without a type: write `Type:_`',
    );
    await expect(ask('facts:\n  is_public(Document:_):\n    sql: SELECT id\n')).rejects.toThrow(
      'data bindings, line 2: `is_public(Document:_)`: it must have a `query`, the text of a SELECT',
    );
    await expect(ask('facts: [\n')).rejects.toThrow('data bindings, line 2: the text is not YAML');
  });
});
