import { beforeAll, describe, expect, test } from 'vitest';
import { authorizeSql, listSql } from '../../src/local-sql/local-questions.ts';
import { printText } from '../../src/local-sql/sql-text.ts';
import { hostileText } from '../support/hostile-texts.ts';
import { Random } from '../support/random.ts';
import { openSqlite, type SqliteDatabase } from '../support/sqlite-database.ts';
import { LARGE_POLICY, lockedDocuments } from './large-answers.ts';
import { localData } from './local-data.ts';

const STRINGS = 10_000;
const BATCH = 500;

let database: SqliteDatabase;

beforeAll(async () => {
  database = await openSqlite();
  database.run(`
    CREATE TABLE document (id INTEGER PRIMARY KEY, owner TEXT, folder INTEGER, shown BOOLEAN);
    CREATE INDEX document_owner ON document (owner);
    CREATE INDEX document_folder ON document (folder);
    WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100000)
    INSERT INTO document SELECT n, 'U' || (n / 10), n / 100, n % 2 FROM n;
    ANALYZE`);
});

const user = (id: string) => ({ type: 'User', id });

/** Central pairs that only rows choose among, so that they stay a list. */
const LISTED_POLICY = `
actor User {}
resource Folder {}
resource Shelf {}
resource Document { permissions = ["read"]; }
has_permission(_: User, "read", document: Document) if folder matches Folder and is_in(document, folder) and is_open(folder);
has_permission(_: User, "read", document: Document) if
  folder matches Folder and shelf matches Shelf and
  has_relation(document, "folder", folder) and is_in(folder, shelf) and is_open(shelf);
`;
const LISTED_BINDINGS = `facts:
  has_relation(Document:_, folder, Folder:_): { query: "SELECT id, folder FROM document" }
  is_open(Folder:_): { query: "SELECT 'f' || id FROM document" }
  is_open(Shelf:_): { query: "SELECT 'f' || id FROM document WHERE id < 40" }
`;

test(`${STRINGS} hostile ids come back from SQLite as they were`, () => {
  const random = new Random(20_260_103);
  for (let done = 0; done < STRINGS; done += BATCH) {
    const texts = Array.from({ length: BATCH }, () => hostileText(random));
    expect(database.rowsOf(`SELECT ${texts.map((text) => printText(text, 'sqlite')).join(', ')}`)[0]).toEqual(texts);
  }
  expect(
    database.rowsOf(`SELECT length(${printText('a\0', 'sqlite')} || 'b'), 'a' = ${printText('a\0b', 'sqlite')}`),
  ).toEqual(database.rowsOf("SELECT length('a' || char(0) || 'b'), 0"));
});

describe('SQLite', () => {
  const bindings = `facts:
  has_relation(Document:_, owner, User:_): { query: "SELECT id, owner FROM document" }
  has_relation(Document:_, folder, Folder:_): { query: "SELECT id, folder FROM document" }
  is_public(Document:_, Boolean:_): { query: "SELECT id, shown FROM document" }
`;

  test.each(['', 'sql_types: { Document: INTEGER, Folder: integer }\n'])(
    'answers a bounded list and a decision from indexes: %j',
    (types) => {
      const data = localData(
        LARGE_POLICY,
        ['has_role User:U77 viewer Folder:5', 'has_role User:U77 viewer Folder:6'],
        bindings + types,
        'sqlite',
      );
      const list = listSql({ actor: user('U77'), action: 'read', resourceType: 'Document' }, 'document.id', data);
      expect(database.rowsOf(`SELECT count(*) FROM document WHERE ${list}`)).toEqual([[210]]);
      const decision = authorizeSql(
        { actor: user('U77'), action: 'read', resource: { type: 'Document', id: '770' } },
        data,
      );
      expect(database.rowsOf(decision)).toEqual([[1]]);
      for (const sql of [`SELECT * FROM document WHERE ${list}`, decision]) {
        const plan = database.planOf(sql);
        expect(plan).toMatch(/SEARCH/u);
        expect(plan).not.toMatch(/SCAN document/u);
      }
    },
  );

  test.each(['', 'sql_types: { Boolean: boolean }\n'])('keeps booleans as numbers: %j', (types) => {
    const data = localData(LARGE_POLICY, [], bindings + types, 'sqlite');
    const share = listSql({ actor: user('any'), action: 'share', resourceType: 'Document' }, 'id', data);
    expect(database.rowsOf(`SELECT count(*), sum(id % 2) FROM document WHERE ${share}`)).toEqual([[50_000, 50_000]]);
  });

  test.each([
    ['document', 'document'],
    ['c0', 'C1'],
    ['C1', '"c0"'],
    ['oso_c0', 'c0'],
  ])('reads the tables of the customer, not its own of the same name: %s and %s', (owners, folders) => {
    for (const table of ['c0', 'C1', 'oso_c0']) {
      database.run(`CREATE TABLE IF NOT EXISTS ${table} AS SELECT id, owner, folder FROM document WHERE id <= 3000`);
    }
    const named = `facts:
  has_relation(Document:_, owner, User:_): { query: 'SELECT id, owner FROM ${owners}' }
  has_relation(Document:_, folder, Folder:_): { query: 'SELECT id, folder FROM ${folders}' }
`;
    const data = localData(LARGE_POLICY, ['has_role User:U77 viewer Folder:5'], named, 'sqlite');
    const list = listSql({ actor: user('U77'), action: 'read', resourceType: 'Document' }, 'document.id', data);
    expect(database.rowsOf(`SELECT count(*) FROM document WHERE ${list}`)).toEqual([[110]]);
  });

  test('takes no other spelling of a number for the number', () => {
    const data = localData(
      LARGE_POLICY,
      ['has_role User:ann viewer Folder:05', 'has_role User:bob viewer Folder:5'],
      bindings,
      'sqlite',
    );
    const found = (actor: string) =>
      database.rowsOf(
        `SELECT count(*) FROM document WHERE ${listSql({ actor: user(actor), action: 'read', resourceType: 'Document' }, 'id', data)}`,
      );
    expect(found('ann')).toEqual([[0]]);
    expect(found('bob')).toEqual([[100]]);
  });

  test.each([
    ['ids that a list gives', 'is_in Document:%s Folder:f%s', 40],
    ['rows that are joined with a list', 'is_in Folder:%s Shelf:f%s', 3_900],
  ])('takes no other spelling of a number for the number in %s', (_, fact, count) => {
    const found = (prefix: string) => {
      const facts = Array.from({ length: 40 }, (__, n) =>
        fact.replace('%s', `${prefix}${n + 1}`).replace('%s', String(n + 1)),
      );
      const data = localData(LISTED_POLICY, facts, LISTED_BINDINGS, 'sqlite');
      const sql = listSql({ actor: user('any'), action: 'read', resourceType: 'Document' }, 'id', data);
      return database.rowsOf(`SELECT count(*) FROM document WHERE ${sql}`);
    };
    expect(found('0')).toEqual([[0]]);
    expect(found('')).toEqual([[count]]);
  });

  test.each(['', 'sql_types: { Document: INTEGER }\n'])(
    'looks up thousands of ids with conditions of their own: %j',
    (types) => {
      const { sql, count } = lockedDocuments('sqlite', { column: 'document.id', table: 'document', types });
      expect(database.rowsOf(`SELECT count(*) FROM document WHERE ${sql}`)).toEqual([[count]]);
      expect(database.planOf(`SELECT * FROM document WHERE ${sql}`)).toMatch(
        /SEARCH document USING INTEGER PRIMARY KEY/u,
      );
    },
  );
});
