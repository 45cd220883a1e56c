import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authorizeSql, listSql, selectSql } from '../../src/local-sql/local-questions.ts';
import { printText } from '../../src/local-sql/sql-text.ts';
import { hostileText } from '../support/hostile-texts.ts';
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { Random } from '../support/random.ts';
import { lockedDocuments } from './large-answers.ts';
import { localData } from './local-data.ts';

const STRINGS = 10_000;
const BATCH = 500;

const POLICY = `
actor User {}
resource Document { permissions = ["read"]; relations = { owner: User }; "read" if "owner"; }
`;

let server: PostgresServer;
let client: pg.Client;

beforeAll(async () => {
  server = startPostgres();
  client = await server.connect();
});

afterAll(async () => {
  await client?.end();
  server?.stop();
});

/** Central pairs that only rows choose among, so that they stay a list. */
const LISTED_POLICY = `
actor User {}
resource Folder {}
resource Shelf {}
resource Document { permissions = ["join", "negate", "give"]; }
has_permission(_: User, "join", document: Document) if
  folder matches Folder and shelf matches Shelf and
  has_relation(document, "folder", folder) and is_in(folder, shelf) and is_open(shelf);
has_permission(_: User, "negate", document: Document) if
  folder matches Folder and has_relation(document, "folder", folder) and not is_kept(folder);
is_kept(folder: Folder) if shelf matches Shelf and is_in(folder, shelf) and is_open(shelf);
has_permission(_: User, "give", document: Document) if shelf matches Shelf and is_in(document, shelf) and is_open(shelf);
has_permission(_: User, "give", document: Document) if is_shown(document);
`;
const LISTED_BINDINGS = `facts:
  has_relation(Document:_, folder, Folder:_): { query: "SELECT id, folder FROM paper" }
  is_shown(Document:_): { query: "SELECT id FROM paper WHERE id > 990" }
  is_open(Shelf:_): { query: "SELECT 's' || id FROM paper" }
`;

test.each([
  ['join', 'Folder', 0, 1_000],
  ['negate', 'Folder', 1_000, 0],
  ['give', 'Document', 10, 610],
])('a list holds no other spelling of a number for the number: %s', async (action, type, odd, plain) => {
  await client.query('CREATE TABLE IF NOT EXISTS paper (id int PRIMARY KEY, folder int)');
  await client.query(
    'INSERT INTO paper SELECT n, (n + 9) / 10 FROM generate_series(1, 1000) AS n ON CONFLICT DO NOTHING',
  );
  const found = async (prefix: string) => {
    const facts = Array.from({ length: 600 }, (_, n) => `is_in ${type}:${prefix}${n + 1} Shelf:s${n + 1}`);
    const question = { actor: { type: 'User', id: 'any' }, action, resourceType: 'Document' };
    const sql = listSql(question, 'id', localData(LISTED_POLICY, facts, LISTED_BINDINGS));
    return (await client.query(`SELECT count(*)::int AS found FROM paper WHERE ${sql}`)).rows;
  };
  expect(await found('0')).toEqual([{ found: odd }]);
  expect(await found('')).toEqual([{ found: plain }]);
});

test.each([1, 600])('a select gives no other spelling of a number as the number, with %i of them', async (odd) => {
  await client.query('CREATE TABLE IF NOT EXISTS leaf (id int PRIMARY KEY, page int)');
  await client.query('INSERT INTO leaf VALUES (7001, 1), (7002, 2) ON CONFLICT DO NOTHING');
  const bindings = 'facts:\n  has_relation(Document:_, page, Folder:_): { query: "SELECT id, page FROM leaf" }\n';
  const query = {
    calls: [{ predicate: 'has_relation', variables: ['document', 'name', 'page'] }],
    constraints: new Map([
      ['document', { type: 'Document', ids: null }],
      ['name', { type: 'String', ids: ['page'] }],
      ['page', { type: 'Folder', ids: null }],
    ]),
  };
  const columns = new Map([
    ['document', 'document'],
    ['page', 'page'],
  ]);
  const selected = async (central: readonly string[]) => {
    const facts = central.map((id) => `has_relation Document:${id} page Folder:3`);
    const sql = selectSql(query, columns, localData(POLICY, facts, bindings));
    return (await client.query({ text: `SELECT * FROM (${sql}) AS found ORDER BY 1`, rowMode: 'array' })).rows;
  };
  const spelled = Array.from({ length: odd }, (_, n) => `0${n + 1}`);
  const rows = [...spelled.map((id) => [id, 3]), ['7001', 1], ['7002', 2]];
  expect(await selected(spelled)).toEqual(rows.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
  expect(await selected(['7'])).toEqual([
    [7, 3],
    [7001, 1],
    [7002, 2],
  ]);
});

describe('hostile ids', () => {
  test(`${STRINGS} of them come back from PostgreSQL as they were`, async () => {
    const random = new Random(20_260_101);
    for (let done = 0; done < STRINGS; done += BATCH) {
      const texts = Array.from({ length: BATCH }, () => hostileText(random));
      const { rows } = await client.query({
        text: `SELECT ${texts.map((text) => printText(text, 'postgresql')).join(', ')}`,
        rowMode: 'array',
      });
      expect(rows[0]).toEqual(texts);
    }
  });

  test('stay ids in a whole query', async () => {
    await client.query('CREATE TABLE hostile (id text, owner text)');
    const random = new Random(7);
    const bindings = 'facts:\n  has_relation(Document:_, owner, User:_): { query: "SELECT id, owner FROM hostile" }\n';
    for (let each = 0; each < 100; each++) {
      const id = hostileText(random);
      await client.query('TRUNCATE hostile');
      await client.query('INSERT INTO hostile VALUES ($1, $1), ($2, $2)', [id, `${id}!`]);
      const fragment = listSql(
        { actor: { type: 'User', id }, action: 'read', resourceType: 'Document' },
        'hostile.id',
        localData(POLICY, [], bindings),
      );
      expect((await client.query(`SELECT id FROM hostile WHERE ${fragment}`)).rows).toEqual([{ id }]);
    }
  });

  test.each(['on', 'off'])('mean the same with standard_conforming_strings %s', async (setting) => {
    await client.query(`SET standard_conforming_strings = ${setting}`);
    const texts = ['\\', "\\'", "\\' OR 1=1 --", ':x ?', '100%'];
    const { rows } = await client.query({
      text: `SELECT ${texts.map((text) => printText(text, 'postgresql')).join(', ')}`,
      rowMode: 'array',
    });
    await client.query('RESET standard_conforming_strings');
    expect(rows[0]).toEqual(texts);
  });

  test('that no column can hold are in no row, and an error where they are asked for by name', async () => {
    expect(() => printText('a\0b', 'postgresql')).toThrow(
      'the id `a\ufffdb` holds a NUL character, which PostgreSQL cannot hold',
    );
    expect(() => printText('a\ud800', 'postgresql')).toThrow('the id `a\ufffd` is not well-formed Unicode');
    const facts = ['has_relation Document:a\0b owner User:u', 'has_relation Document:\ud800 owner User:u'];
    const list = (owner: string) =>
      listSql(
        { actor: { type: 'User', id: owner }, action: 'read', resourceType: 'Document' },
        'id',
        localData(
          POLICY,
          facts,
          'facts:\n  has_relation(Document:_, owner, User:_): { query: "SELECT id, owner FROM hostile" }\n',
        ),
      );
    await client.query("TRUNCATE hostile; INSERT INTO hostile VALUES ('mine', 'u')");
    expect((await client.query(`SELECT id FROM hostile WHERE ${list('u')}`)).rows).toEqual([{ id: 'mine' }]);
    expect(list('u\0')).toBe('false');
  });
});

describe('a million rows', () => {
  test('are read through an index', async () => {
    await client.query(`
      CREATE TABLE document (id bigint PRIMARY KEY, owner uuid);
      INSERT INTO document SELECT n, ('00000000-0000-4000-8000-' || lpad((n / 10)::text, 12, '0'))::uuid FROM generate_series(1, 1000000) AS n;
      CREATE INDEX document_owner ON document (owner);
      ANALYZE document`);
    const bindings = `facts:
  has_relation(Document:_, owner, User:_): { query: "SELECT id, owner FROM document" }
sql_types: { Document: BIGINT, User: UUID }
`;
    const actor = { type: 'User', id: '00000000-0000-4000-8000-000000012345' };
    const fragment = listSql(
      { actor, action: 'read', resourceType: 'Document' },
      'id',
      localData(POLICY, [], bindings),
    );
    const list = `SELECT count(*)::int AS found FROM document WHERE ${fragment}`;
    expect((await client.query(list)).rows).toEqual([{ found: 10 }]);
    const authorize = authorizeSql(
      { actor, action: 'read', resource: { type: 'Document', id: '123455' } },
      localData(POLICY, [], bindings),
    );
    expect((await client.query(authorize)).rows).toEqual([{ allowed: true }]);
    for (const query of [list, authorize]) {
      const { rows } = await client.query({ text: `EXPLAIN ${query}`, rowMode: 'array' });
      const plan = rows.join('\n');
      expect(plan).toMatch(/Index/u);
      expect(plan).not.toMatch(/Seq Scan/u);
    }
  }, 120_000);

  test.each(['', 'sql_types: { Document: BIGINT }\n'])(
    'thousands of ids with conditions of their own are looked up one by one: %j',
    async (types) => {
      await client.query('CREATE TABLE IF NOT EXISTS locked (id bigint PRIMARY KEY, folder int)');
      await client.query(
        'INSERT INTO locked SELECT n, n / 100 FROM generate_series(1, 100000) AS n ON CONFLICT DO NOTHING',
      );
      await client.query('ANALYZE locked');
      const { sql, count } = lockedDocuments('postgresql', { column: 'locked.id', table: 'locked', types });
      expect(sql.length).toBeLessThan(100_000);
      const query = `SELECT count(*)::int AS found FROM locked WHERE ${sql}`;
      expect((await client.query(query)).rows).toEqual([{ found: count }]);
      const { rows } = await client.query({ text: `EXPLAIN ${query}`, rowMode: 'array' });
      expect(rows.join('\n')).toMatch(/Index Only Scan using locked_pkey on locked /u);
    },
  );
});
