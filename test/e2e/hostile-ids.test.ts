import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Oso, typedVar } from 'oso-cloud';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printText } from '../../src/local-sql/sql-text.ts';
import { HOSTILE_IDS as IDS, BUILT_IN_NAMES as NAMES } from '../support/hostile-ids.ts';
import { openSqlite, type SqliteDatabase } from '../support/sqlite-database.ts';
import { type PrimaryAndNode, startPrimaryAndNode, TOKEN } from './support/primary-and-node.ts';

/*
 * Ids on their whole way: stored in a control plane, copied by a node, asked for by the official client, and compared by
 * the application's database with the SQL that the node wrote.
 */

const SEPARATORS = [':', ',', '|', '/', ' ', '"', '","', '\t', '\n', '\0', '\u001f', '\uffff', '&', '='];

/** Within a block no two things have one name, so each name is a permission and a relation of the types that follow. */
const named = (role: string) => {
  const at = (offset: number) => NAMES[(NAMES.indexOf(role) + offset) % NAMES.length] as string;
  return { permission: at(1), relation: at(2) };
};
const blockOf = (name: string) => {
  const { permission, relation } = named(name);
  return `
resource ${name} {
  roles = ["${name}"];
  permissions = ["${permission}"];
  relations = { ${relation}: ${name} };
  "${permission}" if "${name}";
  "${name}" if "${name}" on "${relation}";
}
${name}(user: User) if has_role(user, "${name}", ${name}{"${name}"});
`;
};

const POLICY = `
actor User {}
resource Repo { roles = ["owner"]; permissions = ["read"]; "read" if "owner"; }
resource Document { permissions = ["read"]; relations = { owner: User }; "read" if "owner"; }
${NAMES.map(blockOf).join('')}`;
const BINDINGS = 'facts:\n  has_relation(Document:_, owner, User:_): { query: "SELECT id, owner FROM document" }\n';

const user = (id: string) => ({ type: 'User', id });
const repo = (id: string) => ({ type: 'Repo', id });
const owns = (owner: string, owned: string) => ({
  predicate: 'has_role',
  args: [user(owner), { type: 'String', id: 'owner' }, repo(owned)],
});

const FACTS = [
  ...IDS.map((id) => owns(id, id)),
  ...SEPARATORS.map((separator) => owns(`left${separator}middle`, 'right')),
  ...NAMES.map((name) => ({
    predicate: 'has_role',
    args: [user('ann'), { type: 'String', id: name }, { type: name, id: name }],
  })),
];

let running: PrimaryAndNode;
let oso: Oso;
let database: SqliteDatabase;

beforeAll(async () => {
  running = await startPrimaryAndNode({ policy: POLICY, facts: FACTS, nodeEnv: { OSO_SQL_DIALECT: 'sqlite' } });
  const bindings = join(running.folder, 'bindings.yaml');
  writeFileSync(bindings, BINDINGS);
  oso = new Oso(running.nodeUrl, TOKEN, { dataBindings: bindings });
  database = await openSqlite();
  const rows = IDS.map((id) => `(${printText(id, 'sqlite')}, ${printText(id, 'sqlite')})`);
  database.run(`CREATE TABLE document (id TEXT, owner TEXT); INSERT INTO document VALUES ${rows.join(', ')}`);
}, 60_000);

afterAll(async () => {
  await running?.[Symbol.asyncDispose]();
});

/** By their bytes: the driver drops a byte order mark at the start of a text. */
function idsOf(query: string): readonly string[] {
  const rows = database.rowsOf(`SELECT hex(id) FROM (${query})`);
  return rows.map(([bytes]) => Buffer.from(String(bytes), 'hex').toString());
}

test('a hostile id means itself and nothing else', async () => {
  for (const id of IDS) {
    const variable = typedVar('Repo');
    expect(await oso.authorize(user(id), 'read', repo(id))).toBe(true);
    expect(await oso.list(user(id), 'read', 'Repo')).toEqual([id]);
    expect(await oso.actions(user(id), repo(id))).toEqual(['read']);
    expect(await oso.get(['has_role', user(id)])).toEqual([
      ['has_role', user(id), { type: 'String', id: 'owner' }, repo(id)],
    ]);
    const anyOf = oso.buildQuery(['allow', user(id), 'read', variable]).in(variable, [...IDS]);
    expect(await anyOf.evaluate(variable)).toEqual([id]);
  }
});

test('a hostile id is that id to the database of the application too', async () => {
  for (const id of IDS) {
    const other = IDS[(IDS.indexOf(id) + 1) % IDS.length] as string;
    const document = typedVar('Document');
    const fragment = await oso.listLocal(user(id), 'read', 'Document', 'document.id');
    expect(idsOf(`SELECT id FROM document WHERE ${fragment}`)).toEqual([id]);
    const query = oso.buildQuery(['allow', user(id), 'read', document]);
    expect(idsOf(await query.evaluateLocalSelect({ id: document }))).toEqual([id]);
    const allowed = async (asked: string) =>
      database.rowsOf(await oso.authorizeLocal(user(id), 'read', { type: 'Document', id: asked }));
    expect(await allowed(id)).toEqual([[1]]);
    expect(await allowed(other)).toEqual([[0]]);
  }
});

test('what stands on either side of a separator stays there', async () => {
  for (const separator of SEPARATORS) {
    expect(await oso.authorize(user(`left${separator}middle`), 'read', repo('right'))).toBe(true);
    expect(await oso.authorize(user('left'), 'read', repo(`middle${separator}right`))).toBe(false);
    expect(
      await oso.authorize(user('left'), 'read', repo(`middle${separator}new`), [
        ['has_role', user(`left${separator}middle`), 'owner', repo('new')],
      ]),
    ).toBe(false);
  }
});

describe.each(NAMES)('%s', (name) => {
  const object = { type: name, id: name };
  const { permission, relation } = named(name);

  test('is an ordinary name of a type, role, relation, permission and rule', async () => {
    const child = { type: name, id: 'child' };
    expect(await oso.authorize(user('ann'), permission, object)).toBe(true);
    expect(await oso.authorize(user('bob'), permission, object)).toBe(false);
    expect(await oso.authorize(user('ann'), permission, child, [['has_relation', child, relation, object]])).toBe(true);
    expect(await oso.list(user('ann'), permission, name)).toEqual([name]);
    expect(await oso.actions(user('ann'), object)).toEqual([permission]);
    expect(await oso.buildQuery([name, user('ann')]).evaluate()).toBe(true);
    expect(await oso.buildQuery([name, user('bob')]).evaluate()).toBe(false);
    const { resources } = await oso.getPolicyMetadata();
    expect(Object.getOwnPropertyDescriptor(resources, name)?.value).toMatchObject({
      roles: [name],
      permissions: [permission],
    });
  });

  test('is nothing where nobody has defined it', async () => {
    expect(await oso.authorize(user('ann'), name, repo('right'))).toBe(false);
    expect(await oso.list(user(name), name, 'Repo')).toEqual([]);
    expect(await oso.get([name])).toEqual([]);
    expect(await oso.buildQuery([name, repo('right')]).evaluate()).toBe(false);
    expect(await oso.authorize(user('ann'), 'read', repo('right'), [[name, object]])).toBe(false);
  });
});
