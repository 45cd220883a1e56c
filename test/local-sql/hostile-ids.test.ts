import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import type { SqlDialect } from '../../src/config/sql-dialect.ts';
import { createEngine } from '../../src/engine/create-engine.ts';
import { createMemoryFacts } from '../../src/facts/memory-facts.ts';
import { authorizeSql, filterSql, listSql, selectSql } from '../../src/local-sql/local-questions.ts';
import { printText } from '../../src/local-sql/sql-text.ts';
import { programOf, requestWith } from '../support/engine-world.ts';
import { HOSTILE_IDS } from '../support/hostile-ids.ts';
import { hasMariadb, startMariadb } from '../support/mariadb-server.ts';
import { startPostgres } from '../support/postgres-server.ts';
import { localData } from './local-data.ts';

/* Every hostile id beside all others in one table: each means itself and nothing else. */

const POLICY = `
actor User {}
resource Document { permissions = ["read", "keep"]; relations = { owner: User }; "read" if "owner"; }
has_permission(user: User, "keep", document: Document) if is_kept(document) and has_role(user, "keeper");
`;
const BINDINGS = 'facts:\n  has_relation(Document:_, owner, User:_): { query: "SELECT id, owner FROM document" }\n';

interface Opened {
  /** Ids that a column of the database can hold. */
  readonly ids: readonly string[];
  rowsOf(sql: string): Promise<readonly (readonly unknown[])[]>;
  close(): Promise<void>;
}

async function openPostgres(): Promise<Opened> {
  const server = startPostgres();
  const client = await server.connect();
  return {
    ids: HOSTILE_IDS.filter((id) => !id.includes('\0')),
    rowsOf: async (text) => (await client.query({ text, rowMode: 'array' })).rows,
    async close() {
      await client.end();
      server.stop();
    },
  };
}

async function openMariadb(): Promise<Opened | undefined> {
  if (!hasMariadb()) return undefined;
  const server = await startMariadb();
  const connection = await server.connect();
  return {
    ids: HOSTILE_IDS,
    rowsOf: async (sql) => (await connection.query<RowDataPacket[][]>({ sql, rowsAsArray: true }))[0],
    async close() {
      await connection.end();
      await server.stop();
    },
  };
}

const user = (id: string) => ({ type: 'User', id });
const document = (id: string) => ({ type: 'Document', id });
const keeper = { predicate: 'has_role', args: [user('ann'), { type: 'String', id: 'keeper' }] };

describe.each<[SqlDialect, () => Promise<Opened | undefined>]>([
  ['postgresql', openPostgres],
  ['mysql', openMariadb],
])('among all hostile ids in a table of %s', (dialect, open) => {
  let opened: Opened | undefined;

  beforeAll(async () => {
    opened = await open();
    if (opened === undefined) return;
    await opened.rowsOf('CREATE TABLE document (id varchar(600), owner varchar(600))');
    const rows = opened.ids.map((id) => `(${printText(id, dialect)}, ${printText(id, dialect)})`);
    await opened.rowsOf(`INSERT INTO document VALUES ${rows.join(', ')}`);
  }, 60_000);

  afterAll(() => opened?.close());

  function database(context: TestContext): Opened {
    return opened ?? context.skip(`no server for ${dialect} on this machine`);
  }

  test('each finds its own row, as owner, as document and as a listed id', async (context) => {
    const { ids, rowsOf } = database(context);
    const data = localData(POLICY, [], BINDINGS, dialect);
    const idsOf = async (sql: string) => (await rowsOf(sql)).map(([id]) => id);
    for (const [position, id] of ids.entries()) {
      const other = ids[(position + 1) % ids.length] as string;
      const fragment = listSql({ actor: user(id), action: 'read', resourceType: 'Document' }, 'document.id', data);
      expect(await idsOf(`SELECT id FROM document WHERE ${fragment}`)).toEqual([id]);
      const query = {
        calls: [{ predicate: 'has_relation', variables: ['document', 'name', 'owner'] }],
        constraints: new Map([
          ['document', { type: 'Document', ids: null }],
          ['name', { type: 'String', ids: ['owner'] }],
          ['owner', { type: 'User', ids: [id] }],
        ]),
      };
      expect(await idsOf(selectSql(query, new Map([['document', 'id']]), data))).toEqual([id]);
      const filter = filterSql(query, { variable: 'owner', column: 'owner' }, data);
      expect(await idsOf(`SELECT owner FROM document WHERE ${filter}`)).toEqual([id]);
      const allowed = (asked: string) =>
        rowsOf(authorizeSql({ actor: user(id), action: 'read', resource: document(asked) }, data));
      expect([await allowed(id), await allowed(other)].flat(2).map(Boolean)).toEqual([true, false]);
    }
  });

  test('a central fact about one opens its row, and one about all others does not', async (context) => {
    const { ids, rowsOf } = database(context);
    const keeping = (kept: readonly string[]) => {
      const facts = [keeper, ...kept.map((id) => ({ predicate: 'is_kept', args: [document(id)] }))];
      const goals = createEngine(programOf(POLICY), createMemoryFacts(facts)).goals(requestWith());
      const asked = { actor: user('ann'), action: 'keep', resourceType: 'Document' };
      return listSql(asked, 'document.id', { ...localData(POLICY, [], BINDINGS, dialect), goals });
    };
    for (const id of ids) {
      expect(await rowsOf(`SELECT id FROM document WHERE ${keeping([id])}`)).toEqual([[id]]);
      const others = await rowsOf(`SELECT id FROM document WHERE ${keeping(ids.filter((each) => each !== id))}`);
      expect(others.flat()).not.toContain(id);
    }
  });
});
