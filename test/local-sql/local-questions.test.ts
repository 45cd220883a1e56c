import { describe, expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import { actionsSql, authorizeSql, filterSql, listSql, selectSql } from '../../src/local-sql/local-questions.ts';
import { requestWith } from '../support/engine-world.ts';
import { localData } from './local-data.ts';

const POLICY = `
actor User {}
global { roles = ["hr"]; }
resource Team { roles = ["member"]; }
resource Folder {
  roles = ["viewer"];
  relations = { team: Team };
  "viewer" if "member" on "team";
  "viewer" if global "hr";
}
has_role(_: User, "viewer", folder: Folder) if is_public(folder);
resource Document {
  roles = ["viewer"];
  relations = { folder: Folder };
  "viewer" if "viewer" on "folder";
}
resource Block {
  permissions = ["view"];
  roles = ["viewer"];
  relations = { document: Document };
  "viewer" if "viewer" on "document";
  "view" if "viewer";
}
`;

const BINDINGS = `facts:
  has_relation(Block:_, document, Document:_):
    query: SELECT id, document_id FROM block
  has_relation(Document:_, folder, Folder:_):
    query: SELECT id, folder_id FROM document
  is_public(Folder:_):
    query: SELECT id FROM folder WHERE is_public;
`;

const ALICE = { type: 'User', id: 'alice' };
const VIEW = { actor: ALICE, action: 'view', resourceType: 'Block' };

describe('the SQL of a list', () => {
  test('has the shape of the published sample', () => {
    const facts = ['has_role User:alice member Team:1', 'has_relation Folder:1 team Team:1'];
    expect(listSql(VIEW, 'id', localData(POLICY, facts, BINDINGS))).toBe(`id IN (WITH RECURSIVE
c0(arg0, arg2) AS NOT MATERIALIZED (
SELECT id, document_id FROM block
),
c1(arg0, arg2) AS NOT MATERIALIZED (
SELECT id, folder_id FROM document
),
c2(arg0) AS NOT MATERIALIZED (
SELECT id FROM folder WHERE is_public
)
 SELECT f0.arg0
FROM c0 AS f0, c1 AS f1
WHERE f0.arg2 = f1.arg0 and f1.arg2 = '1'
 UNION SELECT f0.arg0
FROM c0 AS f0, c1 AS f1, c2 AS f2
WHERE f0.arg2 = f1.arg0 and f1.arg2 = f2.arg0
)`);
  });

  test('holds ten thousand central ids in one IN', () => {
    const facts = Array.from({ length: 10_000 }, (_, id) => [`has_relation Folder:${id} team Team:1`]).flat();
    const sql = listSql(VIEW, 'id', localData(POLICY, ['has_role User:alice member Team:1', ...facts], BINDINGS));
    expect(sql.match(/\bIN \(/gu)).toHaveLength(2);
    expect(sql.match(/UNION/gu)).toHaveLength(1);
    expect(sql.length).toBeLessThan(100_000);
  });

  test('is false where nothing is allowed, and true where everything is', () => {
    const policy = `${POLICY} has_permission(user: User, "view", _: Block) if is_god(user);`;
    const data = () => localData(policy, ['is_god User:alice'], BINDINGS);
    expect(listSql(VIEW, 'id', data())).toBe('true');
    expect(listSql({ ...VIEW, action: 'eat' }, 'id', data())).toBe('false');
  });

  test('of a grant that rows of the database make for all resources asks for those rows', () => {
    const policy = `${POLICY} has_permission(user: User, "view", _: Block) if is_god(user);`;
    const bindings = 'facts:\n  is_god(User:_):\n    query: SELECT id FROM gods\n';
    expect(listSql(VIEW, 'id', localData(policy, [], bindings))).toBe(`EXISTS (WITH RECURSIVE
c0(arg0) AS NOT MATERIALIZED (
SELECT id FROM gods
)
 SELECT 1
FROM c0 AS f0
WHERE f0.arg0 = 'alice'
)`);
  });

  test('drops ids that a column cannot hold, and casts the others', () => {
    const facts = ['has_role User:alice viewer Block:17', 'has_role User:alice viewer Block:no-number'];
    const bindings = 'facts:\nsql_types:\n  Block: integer\n';
    expect(listSql(VIEW, 'id', localData(POLICY, facts, bindings))).toBe("id IN (CAST('17' AS integer))");
  });
});

describe('central answers beside rows of the database', () => {
  const policy = `
actor User {}
resource Team { roles = ["member"]; }
resource Document { permissions = ["read", "edit", "audit"]; roles = ["reader"]; "read" if "reader"; }
has_role(user: User, role: String, document: Document) if
  team matches Team and has_role(user, "member", team) and has_role(team, role, document);
has_permission(user: User, "edit", document: Document) if
  has_role(user, "reader", document) and not is_locked(document);
has_permission(user: User, "audit", document: Document) if
  has_role(user, "reader", document) and is_auditor(user);
`;
  const MEMBERS = '  has_role(User:_, member, Team:_): { query: "SELECT user_id, team_id FROM member" }\n';
  const LOCKED = '  is_locked(Document:_): { query: "SELECT id FROM locked" }\n';
  const AUDITORS = '  is_auditor(User:_): { query: "SELECT id FROM auditor" }\n';
  const TYPES = 'sql_types: { Document: integer, Team: integer }\n';
  const pairs = Array.from({ length: 10 }, (_, id) => `has_role Team:${id % 3} reader Document:${id}`);
  const own = Array.from({ length: 10 }, (_, id) => `has_role User:alice reader Document:${id}`);
  const list = (action: string) => ({ actor: ALICE, action, resourceType: 'Document' });

  test('that come in pairs are a list to join', () => {
    const sql = listSql(list('read'), 'id', localData(policy, pairs.slice(0, 9), `facts:\n${MEMBERS}${TYPES}`));
    expect(sql).toContain('c0(arg0, arg1) AS NOT MATERIALIZED (\nVALUES (');
    expect(sql).toContain("SELECT f0.arg1\nFROM c0 AS f0, c1 AS f1\nWHERE f0.arg0 = f1.arg2 and f1.arg0 = 'alice'");
  });

  test('of undeclared types are branches, so that plain literals adapt to columns', () => {
    const sql = listSql(list('read'), 'id', localData(policy, pairs.slice(0, 9), `facts:\n${MEMBERS}`));
    expect(sql).not.toContain('VALUES');
    expect(sql).toContain("f0.arg2 = '0'");
  });

  test('that a row can take away are a list with NOT EXISTS', () => {
    const sql = listSql(list('edit'), 'id', localData(policy, own, `facts:\n${LOCKED}${TYPES}`));
    expect(sql.match(/VALUES/gu)).toHaveLength(1);
    expect(sql).toContain('WHERE not exists (SELECT 1\nFROM c1 AS f1\nWHERE f0.arg0 = f1.arg0)');
  });

  test('are listed in rows as MySQL and MariaDB both understand it', () => {
    const many = Array.from({ length: 600 }, (_, id) => `has_role User:alice reader Document:${id}`);
    const sql = listSql(list('edit'), 'id', localData(policy, many, `facts:\n${LOCKED}`, 'mysql'));
    expect(sql).toContain("SELECT _utf8mb4'0' COLLATE utf8mb4_bin UNION ALL SELECT '1'");
  });

  test('that all depend on one row are one IN beside one EXISTS', () => {
    for (const types of ['', TYPES]) {
      const sql = listSql(list('audit'), 'id', localData(policy, own, `facts:\n${AUDITORS}${types}`));
      expect(sql).toMatch(/^\(id IN \([^()]*(?:\([^()]*\)[^()]*)*\) and EXISTS \(/u);
      expect(sql).not.toContain('UNION');
    }
  });
});

describe('recursion', () => {
  const policy = `
actor User {}
resource Folder {
  permissions = ["read"];
  roles = ["reader"];
  relations = { parent: Folder };
  "reader" if "reader" on "parent";
  "read" if "reader";
}`;
  const list = { actor: ALICE, action: 'read', resourceType: 'Folder' };

  test('over central facts ends in rows of the database', () => {
    const bindings =
      'facts:\n  has_role(User:_, reader, Folder:_):\n    query: SELECT user_id, folder_id FROM readers\n';
    const facts = ['has_relation Folder:2 parent Folder:1', 'has_relation Folder:1 parent Folder:2'];
    expect(
      authorizeSql({ ...list, resource: { type: 'Folder', id: '2' } }, localData(policy, facts, bindings)),
    ).toBe(`WITH RECURSIVE
c0(arg0, arg2) AS NOT MATERIALIZED (
SELECT user_id, folder_id FROM readers
)
 SELECT EXISTS (SELECT 1
FROM c0 AS f0
WHERE f0.arg0 = 'alice' and f0.arg2 IN ('1', '2')) AS allowed
`);
  });

  test('that a row can cut at every step ends, also where the facts go round', () => {
    const cut = `${policy} has_role(user: User, "reader", folder: Folder) if
      parent matches Folder and has_relation(folder, "within", parent) and has_role(user, "reader", parent) and
      not is_cut(folder);`;
    const bindings = 'facts:\n  is_cut(Folder:_): { query: "SELECT id FROM cut" }\n';
    const ring = Array.from({ length: 12 }, (_, id) => `has_relation Folder:${id} within Folder:${(id + 1) % 12}`);
    const facts = ['has_role User:alice reader Folder:0', ...ring];
    const sql = authorizeSql({ ...list, resource: { type: 'Folder', id: '11' } }, localData(cut, facts, bindings));
    expect(sql).toContain("WHERE f0.arg0 = '11'");
  });

  test.each(['not is_cut(folder)', 'not is_cut(parent)', 'not is_cut(folder) and not is_cut(parent)'])(
    'over many central facts ends though each step asks rows: %s',
    (condition) => {
      const cut = `${policy} has_role(user: User, "reader", folder: Folder) if
        parent matches Folder and has_relation(folder, "within", parent) and has_role(user, "reader", parent) and
        ${condition};`;
      const bindings = 'facts:\n  is_cut(Folder:_): { query: "SELECT id FROM cut" }\n';
      const ring = Array.from({ length: 12 }, (_, id) => `has_relation Folder:${id} within Folder:${(id + 1) % 12}`);
      const roles = Array.from({ length: 40 }, (_, id) => `has_role User:alice reader Folder:${id}`);
      const ids = Array.from({ length: 40 }, (_, id) => `'${id}'`).sort();
      const sql = listSql(list, 'id', localData(cut, [...roles, ...ring], bindings));
      expect([...new Set(sql.match(/'\d+'/gu))].sort()).toEqual(ids);
    },
  );

  test('through rows of the database is refused with the rule', () => {
    const bindings =
      'facts:\n  has_relation(Folder:_, parent, Folder:_):\n    query: SELECT id, parent_id FROM folders\n';
    const ask = () => listSql(list, 'id', localData(policy, ['has_role User:alice reader Folder:1'], bindings));
    expect(ask).toThrow(OsoError);
    expect(ask).toThrow('the rule for `has_role` at policy.polar:7:3 depends on itself through rows of the database');
  });
});

describe('negation and comparison of rows', () => {
  const policy = `
actor User {}
resource Document { permissions = ["read", "open"]; relations = { owner: User }; }
has_permission(user: User, "read", document: Document) if
  has_relation(document, "owner", user) and not is_locked(document);
has_permission(user: User, "open", document: Document) if
  expires(document, time) and may_see(user, time);
may_see(_: User, time: Integer) if time > @current_unix_time;
`;
  const bindings = `facts:
  has_relation(Document:_, owner, User:_): { query: "SELECT id, owner_id FROM document" }
  is_locked(Document:_): { query: "SELECT id FROM locked" }
  expires(Document:_, Integer:_): { query: "SELECT id, expires_at FROM document" }
`;

  test('become NOT EXISTS', () => {
    const sql = listSql(
      { actor: ALICE, action: 'read', resourceType: 'Document' },
      'id',
      localData(policy, [], bindings),
    );
    expect(sql).toContain(
      "FROM c0 AS f0\nWHERE f0.arg2 = 'alice' and not exists (SELECT 1\nFROM c1 AS f1\nWHERE f0.arg0 = f1.arg0)",
    );
  });

  test('reach through a rule that compares its argument', () => {
    const sql = listSql(
      { actor: ALICE, action: 'open', resourceType: 'Document' },
      'id',
      localData(policy, [], bindings),
    );
    expect(sql).toContain("WHERE CAST(f0.arg1 AS BIGINT) > CAST('1000' AS BIGINT)");
  });
});

test('actions are text in every dialect', () => {
  const data = (dialect: 'postgresql' | 'mysql' | 'sqlite') =>
    localData(POLICY, ['has_role User:alice viewer Block:1'], BINDINGS, dialect);
  const question = { actor: ALICE, resource: { type: 'Block', id: '1' } };
  expect(actionsSql(question, data('postgresql'))).toBe("SELECT CAST('view' AS TEXT) AS actions");
  expect(actionsSql(question, data('mysql'))).toBe("SELECT CAST('view' AS CHAR) AS actions");
  expect(actionsSql({ ...question, resource: { type: 'Team', id: '1' } }, data('sqlite'))).toBe(
    'SELECT CAST(NULL AS TEXT) AS actions\nFROM (SELECT 1 AS one) AS no_rows\nWHERE FALSE',
  );
});

test('a query has at most 200 conditions', () => {
  const data = localData(POLICY, [], BINDINGS);
  const queryOf = (count: number) => ({
    calls: Array.from({ length: count }, () => ({ predicate: 'seen', variables: ['f'] })),
    constraints: new Map([['f', { type: 'Folder', ids: null }]]),
  });
  const columns = new Map([['f', 'id']]);
  const filter = { variable: 'f', column: 'id' };
  expect(selectSql(queryOf(199), columns, data)).toContain('no_rows');
  expect(filterSql(queryOf(199), filter, data)).toBe('false');
  expect(() => selectSql(queryOf(200), columns, data)).toThrow('the query has more than 200 conditions');
  expect(() => filterSql(queryOf(200), filter, data)).toThrow('the query has more than 200 conditions');
});

test('choosing one of the conditions of a long query is work, and each choice has less to choose from', () => {
  const budget = { maxSteps: 300, deadlineMs: 1, monotonicMs: () => 0 };
  const filter = (count: number) => {
    const calls = Array.from({ length: count }, () => ({ predicate: 'is_public', variables: ['f'] }));
    const data = localData(POLICY, [], BINDINGS, 'postgresql', requestWith({ budget }));
    const constraints = new Map([['f', { type: 'Folder', ids: null }]]);
    return filterSql({ calls, constraints }, { variable: 'f', column: 'id' }, data);
  };
  expect(filter(20)).toContain('is_public');
  expect(() => filter(199)).toThrow('the question needs more than 300 steps');
});
