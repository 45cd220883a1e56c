import type { Connection, ConnectionOptions, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import type { ConjunctiveQuery } from '../../src/engine/engine.ts';
import type { Value } from '../../src/facts/fact.ts';
import { authorizeSql, filterSql, listSql, selectSql } from '../../src/local-sql/local-questions.ts';
import { printText } from '../../src/local-sql/sql-text.ts';
import { hostileText } from '../support/hostile-texts.ts';
import { hasMariadb, type MariadbServer, startMariadb } from '../support/mariadb-server.ts';
import { Random } from '../support/random.ts';
import { localData } from './local-data.ts';

const STRINGS = 10_000;
const BATCH = 500;
const POLICY = `
actor User {}
resource Folder { roles = ["viewer"]; }
resource Document {
  permissions = ["read", "share"];
  relations = { owner: User, folder: Folder };
  "read" if "owner";
  "read" if "viewer" on "folder";
}
has_permission(_: User, "share", document: Document) if is_public(document, true);
has_permission(user: User, "read", document: Document) if has_role(user, "reader", document) and not is_locked(document);
has_role(user: User, "reader", document: Document) if has_grant(user, document);
`;

let server: MariadbServer | undefined;

beforeAll(async () => {
  if (hasMariadb()) server = await startMariadb();
});

afterAll(async () => {
  await server?.stop();
});

async function connect(context: TestContext, options: ConnectionOptions = {}): Promise<Connection> {
  if (server === undefined) return context.skip('no mariadbd on this machine');
  return server.connect(options);
}

async function rowsOf(on: Connection, sql: string): Promise<readonly (readonly unknown[])[]> {
  const [rows] = await on.query<RowDataPacket[][]>({ sql, rowsAsArray: true });
  return rows;
}

async function idsOf(on: Connection, sql: string): Promise<readonly unknown[]> {
  return (await rowsOf(on, sql)).map(([id]) => id);
}

async function planOf(on: Connection, sql: string): Promise<string> {
  const [rows] = await on.query<RowDataPacket[]>(`EXPLAIN ${sql}`);
  return rows.map((row) => `${row['table']} ${row['type']} ${row['key']}`).join('\n');
}

const user = (id: string) => ({ type: 'User', id });

describe('hostile ids on MariaDB', () => {
  test.for([
    ['as it comes', undefined],
    ['ANSI', 'ANSI,STRICT_ALL_TABLES'],
    ['without backslash escapes', 'NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE'],
  ] as const)(`${STRINGS} of them come back as they were, with sql_mode %s`, async ([, mode], context) => {
    const on = await connect(context);
    if (mode !== undefined) await on.query(`SET sql_mode = '${mode}'`);
    const random = new Random(20_260_102);
    for (let done = 0; done < STRINGS; done += BATCH) {
      const texts = Array.from({ length: BATCH }, () => hostileText(random));
      const [found] = await rowsOf(on, `SELECT ${texts.map((text) => printText(text, 'mysql')).join(', ')}`);
      expect(found).toEqual(texts);
    }
    await on.end();
  });

  test('stay ids in a whole query, also beside bind parameters and on a connection that speaks Latin 1', async (context) => {
    const [on, latin] = [await connect(context), await connect(context, { charset: 'LATIN1_SWEDISH_CI' })];
    await on.query('CREATE TABLE hostile (id varchar(200), owner varchar(200))');
    const random = new Random(8);
    for (let each = 0; each < 100; each++) {
      const id = each === 0 ? 'a\0b' : hostileText(random);
      await on.query('DELETE FROM hostile');
      await on.query('INSERT INTO hostile VALUES (?, ?), (?, ?)', [id, id, `${id}!`, `${id}!`]);
      const fragment = listSql(
        { actor: user(id), action: 'read', resourceType: 'Document' },
        'hostile.id',
        localData(
          POLICY,
          [],
          bound('has_relation(Document:_, owner, User:_)', 'SELECT id, owner FROM hostile'),
          'mysql',
        ),
      );
      const [rows] = await on.query(`SELECT id FROM hostile WHERE ${fragment} AND id <> ?`, ['x?y']);
      expect(rows).toEqual([{ id }]);
      expect(await rowsOf(latin, `SELECT count(*) FROM hostile WHERE ${fragment}`)).toEqual([[1]]);
    }
    await Promise.all([on.end(), latin.end()]);
  });
});

describe('ids that MariaDB takes for the same', () => {
  const list = (bindings: string, actor: string, action = 'read', facts: readonly string[] = []) =>
    listSql(
      { actor: user(actor), action, resourceType: 'Document' },
      'id',
      localData(POLICY, facts, bindings, 'mysql'),
    );

  test('are other ids: case, accents, spaces at the end', async (context) => {
    const on = await connect(context);
    await on.query('CREATE TABLE text_document (id varchar(20), owner varchar(20), KEY (owner))');
    await on.query("INSERT INTO text_document VALUES ('1', 'zoe'), ('2', 'Zoe'), ('3', 'zoé'), ('4', 'zoe ')");
    const bindings = bound('has_relation(Document:_, owner, User:_)', 'SELECT id, owner FROM text_document');
    const find = (fragment: string) => idsOf(on, `SELECT id FROM text_document WHERE ${fragment} ORDER BY id`);
    for (const [id, owner] of [
      ['1', 'zoe'],
      ['2', 'Zoe'],
      ['3', 'zoé'],
      ['4', 'zoe '],
    ] as const) {
      expect(await find(list(bindings, owner))).toEqual([id]);
    }
    const owners = filterSql(
      query({ u: user('*'), r: { type: 'Document', id: '2' } }, ['u', 'r']),
      { variable: 'u', column: 'owner' },
      localData(POLICY, [], bindings, 'mysql'),
    );
    expect(await find(owners)).toEqual(['2']);
    const rows = await rowsOf(
      on,
      selectSql(
        query({ u: user('*'), r: { type: 'Document', id: '*' } }, ['u', 'r']),
        new Map([['u', 'who']]),
        localData(POLICY, [], bindings, 'mysql'),
      ),
    );
    expect(rows.map(([who]) => who).sort()).toEqual(['Zoe', 'zoe', 'zoe ', 'zoé']);
    await on.end();
  });

  test('are other ids: texts that begin with the number of a row', async (context) => {
    const on = await connect(context);
    await on.query('CREATE TABLE number_document (id bigint PRIMARY KEY, owner int)');
    await on.query('INSERT INTO number_document VALUES (9007199254740992, 0), (9007199254740993, 5)');
    const bindings = bound('has_relation(Document:_, owner, User:_)', 'SELECT id, owner FROM number_document');
    const find = (actor: string) =>
      idsOf(on, `SELECT CAST(id AS CHAR) FROM number_document WHERE ${list(bindings, actor)}`);
    expect(await find('5')).toEqual(['9007199254740993']);
    for (const other of ['5abc', '05', ' 5', '5.0', '5e0', 'nobody', '']) expect(await find(other)).toEqual([]);
    const facts = ['has_relation Document:9007199254740992 owner User:ann'];
    expect(
      await idsOf(on, `SELECT CAST(id AS CHAR) FROM number_document WHERE ${list(bindings, 'ann', 'read', facts)}`),
    ).toEqual(['9007199254740992']);
    await on.end();
  });

  test.for(['', 'sql_types: { Boolean: tinyint(1), Document: int unsigned }\n'])(
    'booleans are what they say: %j',
    async (types, context) => {
      const on = await connect(context);
      await on.query('CREATE TABLE IF NOT EXISTS flag (id int unsigned, shown boolean)');
      await on.query('DELETE FROM flag');
      await on.query('INSERT INTO flag VALUES (1, TRUE), (4294967295, FALSE), (3, NULL)');
      const bindings = bound('is_public(Document:_, Boolean:_)', 'SELECT id, shown FROM flag') + types;
      expect(await idsOf(on, `SELECT id FROM flag WHERE ${list(bindings, 'any', 'share')}`)).toEqual([1]);
      await on.end();
    },
  );
});

describe('large answers on MariaDB', () => {
  test.for(['', 'sql_types: { Document: VARCHAR(20), Folder: VARCHAR(20) }\n'])(
    'pairs of ids are one branch, found through indexes: %j',
    async (types, context) => {
      const on = await connect(context, { charset: 'utf8mb4_unicode_ci' });
      await on.query('CREATE TABLE IF NOT EXISTS big (id varchar(20) PRIMARY KEY, folder varchar(20), KEY (folder))');
      await on.query("INSERT IGNORE INTO big SELECT concat('D', seq), concat('F', seq) FROM seq_1_to_100000");
      await on.query('ANALYZE TABLE big');
      const facts = Array.from({ length: 2_000 }, (_, n) => `has_grant User:ann Document:D${n + 1}`);
      const bindings = bound('is_locked(Document:_)', "SELECT id FROM big WHERE folder < 'F11'") + types;
      const fragment = listSql(
        { actor: user('ann'), action: 'read', resourceType: 'Document' },
        'big.id',
        localData(POLICY, facts, bindings, 'mysql'),
      );
      expect(fragment.length).toBeLessThan(200_000);
      const [[count]] = (await rowsOf(on, `SELECT count(*) FROM big WHERE ${fragment}`)) as [[number]];
      const [[expected]] = (await rowsOf(
        on,
        "SELECT count(*) FROM big WHERE CAST(substr(id, 2) AS SIGNED) <= 2000 AND NOT folder < 'F11'",
      )) as [[number]];
      expect(count).toBe(expected);
      expect(await planOf(on, `SELECT * FROM big WHERE ${fragment}`)).not.toMatch(/big ALL/u);
      await on.end();
    },
  );

  test('a bounded list and a decision use indexes', async (context) => {
    const on = await connect(context);
    await on.query(
      'CREATE TABLE owned (id bigint PRIMARY KEY, owner varchar(20), folder int, KEY (owner), KEY (folder))',
    );
    await on.query("INSERT INTO owned SELECT seq, concat('U', seq DIV 10), seq DIV 100 FROM seq_1_to_100000");
    await on.query('ANALYZE TABLE owned');
    const bindings = `facts:
  has_relation(Document:_, owner, User:_): { query: "SELECT id, owner FROM owned" }
  has_relation(Document:_, folder, Folder:_): { query: "SELECT id, folder FROM owned" }
`;
    const data = localData(
      POLICY,
      ['has_role User:U77 viewer Folder:5', 'has_role User:U77 viewer Folder:6'],
      bindings,
      'mysql',
    );
    const list = listSql({ actor: user('U77'), action: 'read', resourceType: 'Document' }, 'owned.id', data);
    expect(await rowsOf(on, `SELECT count(*) FROM owned WHERE ${list}`)).toEqual([[210]]);
    const decision = authorizeSql(
      { actor: user('U77'), action: 'read', resource: { type: 'Document', id: '770' } },
      data,
    );
    expect(await rowsOf(on, decision)).toEqual([[1]]);
    for (const sql of [`SELECT * FROM owned WHERE ${list}`, decision]) {
      const plan = await planOf(on, sql);
      expect(plan).toMatch(/owned (?:ref|eq_ref|range|const)/u);
      expect(plan).not.toMatch(/owned (?:ALL|index) /u);
    }
    await on.end();
  });
});

function bound(signature: string, sql: string): string {
  return `facts:\n  ${JSON.stringify(signature)}: { query: ${JSON.stringify(sql)} }\n`;
}

/** `allow` of `read`; the id `*` leaves a variable open. */
function query(
  values: Readonly<Record<string, Value>>,
  [actor, resource]: readonly [string, string],
): ConjunctiveQuery {
  return {
    calls: [{ predicate: 'allow', variables: [actor, 'action', resource] }],
    constraints: new Map([
      ...Object.entries(values).map(([name, { type, id }]) => [name, { type, ids: id === '*' ? null : [id] }] as const),
      ['action', { type: 'String', ids: ['read'] }],
    ]),
  };
}
