import { describe, expect, test } from 'vitest';
import { checkQuery } from '../../src/local-sql/check-query.ts';
import { parseDataBindings } from '../../src/local-sql/parse-data-bindings.ts';

describe('data bindings', () => {
  test('take time in proportion to their length, whatever stands for what', () => {
    const aliases = (query: string, count: number) =>
      `facts:\n  p(a):\n    query: &q ${query}\n${Array.from({ length: count }, (_, at) => `  p${at}(a): {query: *q}\n`).join('')}`;
    const texts = [aliases('SELECT b', 10_000), aliases(`SELECT ${'a,'.repeat(60_000)}b`, 4_000)];
    for (const text of texts) {
      const { bindings } = parseDataBindings(text);
      expect(new Set(bindings.map(({ query }) => query)).size).toBe(1);
    }
  });

  test('may have any number of blanks in a query', () => {
    const query = `SELECT '#'${' '.repeat(1_000_000)}AS x`;
    expect(checkQuery(query)).toEqual({ kind: 'query', text: query, columns: undefined });
    expect(checkQuery("SELECT '#' ; ")).toEqual({ kind: 'query', text: "SELECT '#'", columns: undefined });
  });

  test('name by an alias the last anchor before it', () => {
    const text =
      'facts:\n  a(x): {query: &q SELECT 1}\n  b(x): {query: *q}\n  c(x): {query: &q SELECT 2}\n  d(x): {query: *q}\n';
    expect(parseDataBindings(text).bindings.map(({ query }) => query)).toEqual([
      'SELECT 1',
      'SELECT 1',
      'SELECT 2',
      'SELECT 2',
    ]);
    expect(() => parseDataBindings('facts:\n  a(x): {query: *q}\n  b(x): {query: &q SELECT 1}\n')).toThrow(
      '`*q` names nothing',
    );
  });

  test('name types of several segments', () => {
    const { bindings, sqlTypes } = parseDataBindings(`
facts:
  p(Acme::Item:_, Acme::Box:a::b, Org:a::b):
    query: SELECT id FROM item
sql_types:
  Acme::Item: UUID
`);
    expect(bindings[0]?.args).toEqual([
      { kind: 'column', type: 'Acme::Item' },
      { kind: 'value', value: { type: 'Acme::Box', id: 'a::b' } },
      { kind: 'value', value: { type: 'Org', id: 'a::b' } },
    ]);
    expect([...sqlTypes]).toEqual([['Acme::Item', 'UUID']]);
  });

  test('have columns, fixed values and words', () => {
    const { bindings, sqlTypes } = parseDataBindings(`
facts:
  has_relation(Item:_, box, Box:_):   # a comment
    query: SELECT id, box_id FROM item;
  'has_role(User:_, String:admin, Org:a:b)':
    query: >
      SELECT id
      FROM users
  "flag(7, Integer:007, Boolean:true)": { query: "SELECT" }
sql_types:
  Item: UUID
  Box: character varying(20)
dbs: { main: ignored }
`);
    const string = (id: string) => ({ kind: 'value', value: { type: 'String', id } });
    expect(bindings).toMatchObject([
      {
        number: 0,
        predicate: 'has_relation',
        args: [{ kind: 'column', type: 'Item' }, string('box'), { kind: 'column', type: 'Box' }],
        query: 'SELECT id, box_id FROM item',
      },
      {
        number: 1,
        args: [{ kind: 'column', type: 'User' }, string('admin'), { kind: 'value', value: { type: 'Org', id: 'a:b' } }],
        query: 'SELECT id FROM users',
      },
      {
        args: [
          string('7'),
          { kind: 'value', value: { type: 'Integer', id: '7' } },
          { kind: 'value', value: { type: 'Boolean', id: 'true' } },
        ],
      },
    ]);
    expect([...sqlTypes]).toEqual([
      ['Item', 'UUID'],
      ['Box', 'character varying(20)'],
    ]);
  });

  test.each(['facts:\n', 'facts: ~\n', 'facts: {}\n'])('can be empty: %j', (text) => {
    expect(parseDataBindings(text).bindings).toEqual([]);
  });

  test('can be written with anchors, on Windows, after a byte order mark, and as JSON', () => {
    const queries = (text: string) => parseDataBindings(text).bindings.map(({ query }) => query);
    const anchors = 'x: &q SELECT 1\ny: &b\n  query: *q\nz: &f\n  f(A:_): *b\n  g(A:_): { query: *q }\nfacts: *f\n';
    expect(queries(anchors)).toEqual(['SELECT 1', 'SELECT 1']);
    expect(queries('\ufefffacts:\r\n  f(A:_):\r\n    query: >\r\n      SELECT a\r\n      FROM t;\r\n')).toEqual([
      'SELECT a FROM t',
    ]);
    expect(queries('{"facts": {"f(A:_)": {"query": "SELECT 1"}}}')).toEqual(['SELECT 1']);
    expect(queries('facts:\n  "f(A:_, \\"a, b\\")": { query: SELECT 1 }\n')).toEqual(['SELECT 1']);
  });

  test('are read quickly, whatever they hold', () => {
    const entry = (number: number) => `  f(A:_, B:${number}):\n    query: SELECT id FROM t WHERE n = ${number}\n`;
    const many = `facts:\n${Array.from({ length: 4_000 }, (_, number) => entry(number)).join('')}`;
    expect(many.length).toBeLessThan(256 * 1024);
    expect(parseDataBindings(many).bindings).toHaveLength(4_000);
    const bomb = [
      'a: &a [x, x]',
      ...Array.from({ length: 30 }, (_, n) => `b${n}: &b${n} [*${n === 0 ? 'a' : `b${n - 1}`}, *a]`),
    ];
    expect(parseDataBindings(`${bomb.join('\n')}\nfacts:\n`).bindings).toEqual([]);
    expect(() => parseDataBindings('['.repeat(200_000))).toThrow(
      'data bindings, line 1: the text is nested too deeply',
    );
    expect(() => parseDataBindings(`a: ${'*a '.repeat(50_000)}`)).toThrow('Unexpected alias at node end');
    expect(() => parseDataBindings('x'.repeat(256 * 1024 + 1))).toThrow('the data bindings are longer than 256 KiB');
  });

  const under = (query: string) => `facts:\n  f(A:_):\n    query: ${query}\n`;

  test.each([
    ['', 'line 1: the text must be a map with the key `facts`'],
    ['# nothing\n', 'line 1: the text must be a map with the key `facts`'],
    ['- a\n- b\n', 'line 1: the text must be a map with the key `facts`'],
    ['dbs: {}\n', 'line 1: the key `facts` is missing'],
    ['Facts: {}\n', 'line 1: unknown key `Facts`: did you mean `facts`?'],
    ['facts:\nsql_type: {}\n', 'line 2: unknown key `sql_type`: did you mean `sql_types`?'],
    ['facts: [1]\n', 'line 1: `facts` must be a map'],
    ['facts:\n  - f(A:_):\n      query: SELECT 1\n', 'line 2: `facts` must be a map'],
    ['facts:\n\tf(A:_):\n', 'line 2: the line is indented with a tab; YAML takes spaces only: `f(A:_):`'],
    [
      'facts:\n  f(A:_): { query: SELECT 1 }\n  f(A:_): { query: SELECT 2 }\n',
      'line 3: the key `f(A:_)` is there already',
    ],
    ['facts:\nfacts:\n', 'line 2: the key `facts` is there already'],
    [`${under('SELECT 1')}    query: SELECT 2\n`, 'line 4: the key `query` is there already'],
    ['facts:\n---\nfacts:\n', 'line 2: a second document begins: `---`'],
    ['facts: [\n', 'line 2: the text is not YAML: '],
    ['facts:\n  f(A:_): *q\n', 'line 2: `*q` names nothing: there is no `&q` before it'],
    [
      'x: &q { query: SELECT 1 }\nfacts:\n  f(A:_):\n    <<: *q\n',
      'line 4: `<<` merges nothing here: write the entries out',
    ],
    ['facts:\n  ? [a]\n  : { query: SELECT 1 }\n', 'line 2: a key must be text: `? [a]`'],
    [under('!include q.sql'), 'line 3: the tag means nothing here: `query: !include q.sql`'],
    [
      under("SELECT id FROM a WHERE b = 'c: d'"),
      "line 3: a second `: ` in one line: a text that holds one needs quotes, or `>` and lines of its own: `query: SELECT id FROM a WHERE b = 'c: d'`",
    ],
    [under('"a" FROM t'), 'line 3: the text is not YAML: Unexpected scalar at node end: `query: "a" FROM t`'],
    [
      'facts:\n  hello: { query: SELECT 1 }\n',
      'line 2: `hello`: it is not of the form `predicate(Type:_, Type:id, word)`',
    ],
    [
      'facts:\n  has role(A:_): { query: SELECT 1 }\n',
      'line 2: `has role(A:_)`: it is not of the form `predicate(Type:_, Type:id, word)`',
    ],
    ['facts:\n  f(A:_, ): { query: SELECT 1 }\n', 'line 2: `f(A:_, )`: argument 2 is empty'],
    ['facts:\n  f(A:_,A:_,A:_,A:_,A:_,A:_): { query: SELECT 1 }\n', ': a fact has at most 5 arguments'],
    [
      'facts:\n  f(_): { query: SELECT 1 }\n',
      'line 2: `f(_)`: argument 1 is a wildcard without a type: write `Type:_`',
    ],
    [
      'facts:\n  f(A::_): { query: SELECT 1 }\n',
      'line 2: `f(A::_)`: argument 1 must be `Type:_` or `Type:id`, not `A::_`',
    ],
    [
      'facts:\n  f(A b:_): { query: SELECT 1 }\n',
      'line 2: `f(A b:_)`: argument 1 must be `Type:_` or `Type:id`, not `A b:_`',
    ],
    [
      'facts:\n  f(A{"x"}): { query: SELECT 1 }\n',
      'line 2: `f(A{"x"})`: argument 1 is `A{"x"}`: write `Type:_`, `Type:id` or a word',
    ],
    [
      'facts:\n  f(A:_, "b): { query: SELECT 1 }\n',
      'line 2: `f(A:_, "b)`: argument 2 is `"b`: write `Type:_`, `Type:id` or a word',
    ],
    [
      'facts:\n  f(Actor:_): { query: SELECT 1 }\n',
      'line 2: `f(Actor:_)`: argument 1 has the abstract type `Actor`: name a concrete one',
    ],
    ['facts:\n  f(Integer:x): { query: SELECT 1 }\n', 'line 2: `f(Integer:x)`: argument 1 is `x`, which is no Integer'],
    ['facts:\n  f(A:_): SELECT 1\n', 'line 2: `f(A:_)`: it must have a `query`, the text of a SELECT'],
    [under(''), 'line 2: `f(A:_)`: it must have a `query`, the text of a SELECT'],
    [
      'facts:\n  f(A:_): { sql: SELECT 1 }\n',
      'line 2: `f(A:_)`: it must have a `query`, the text of a SELECT; it has `sql`',
    ],
    [
      'facts:\n  f(A:_, B:_): { query: SELECT a, b FROM t }\n',
      'line 2: `f(A:_, B:_)`: nothing stands at `b FROM t`: within `{ }` a query with a comma needs quotes',
    ],
    [under('" ; "'), 'line 3: `f(A:_)`: the query is empty'],
    [under('"-- nothing"'), 'line 3: `f(A:_)`: the query is empty'],
    [under('5'), 'line 3: `f(A:_)`: the query must be a SELECT, not `5`'],
    [under('DELETE FROM t'), 'line 3: `f(A:_)`: the query must be a SELECT, not `DELETE`'],
    [under('SELECT 1; DROP TABLE t'), 'line 3: `f(A:_)`: the query has more than one statement'],
    [under("SELECT a FROM t WHERE b = 'x"), "line 3: `f(A:_)`: a text in the query does not end: `'x`"],
    [under('SELECT a FROM t /* x'), 'line 3: `f(A:_)`: a comment in the query does not end: `/* x`'],
    [under('SELECT a FROM t) SELECT b FROM (t'), 'line 3: `f(A:_)`: the query has a `)` too many'],
    [under('SELECT f(a FROM t'), 'line 3: `f(A:_)`: the query has a `(` too many'],
    [under('SELECT a FROM t WHERE b = $1'), 'line 3: `f(A:_)`: nothing gives the parameter `$1` of the query a value'],
    [under('"SELECT \\0"'), 'line 3: `f(A:_)`: the query holds a NUL character'],
    [under('SELECT a, b FROM t'), 'line 3: `f(A:_)`: the query gives 2 columns, the signature has 1 `_`'],
    [
      'facts:\r\n  f(A:_, B:_):\r\n    query: SELECT a FROM t\r\n',
      'line 3: `f(A:_, B:_)`: the query gives 1 column, the signature has 2 `_`',
    ],
    ['facts:\nsql_types: int\n', 'line 2: `sql_types` must be a map'],
    ['facts:\nsql_types:\n  A:\n', 'line 3: `sql_types`: `A` must name a type of SQL'],
    ['facts:\nsql_types:\n  A:_: int\n', 'line 3: `sql_types`: `A:_` is not the name of a type alone'],
    ['facts:\nsql_types:\n  A: "int; DROP TABLE x"\n', 'line 3: `sql_types`: `A` must name a type of SQL'],
  ])('that are wrong are told: %j', (text, message) => {
    expect(() => parseDataBindings(text)).toThrow(message);
  });
});

test.each([
  ['SELECT a, b FROM t', 2],
  ['select distinct on (a, b) a from t', 1],
  ['SELECT \'a,b\', "c,d", f(x, y) -- , z\n FROM t', 3],
  ['SELECT * FROM t', undefined],
  ['WITH x AS (SELECT 1) SELECT a, b FROM x', undefined],
  ['SELECT (SELECT a, b FROM c), d', 2],
  ['SELECT ARRAY[a, b], c FROM t', 2],
  ['SELECT a IS DISTINCT FROM b, c FROM t', 2],
  ['SELECT max(a) WITHIN GROUP (ORDER BY a), b', 2],
  ['SELECT m.group, m.user_id FROM member AS m', 2],
  ['SELECT m.\n  from, "m" . order, b FROM m', 3],
  ['SELECT kind AS group, user_id FROM member', 2],
  ["SELECT 'it\\'s, ', a, b FROM t", undefined],
  ['-- first\n/* then */ (SELECT a FROM t)', undefined],
])('%j gives %o columns', (query, count) => {
  expect(checkQuery(query)).toMatchObject({ kind: 'query', columns: count });
});

test.each([
  ['SELECT a FROM t;', 'SELECT a FROM t'],
  ['SELECT a FROM t ;; -- done', 'SELECT a FROM t'],
  ["SELECT a FROM t WHERE b = ';' -- ;", "SELECT a FROM t WHERE b = ';' -- ;"],
  ["SELECT 'it\\'s; so' ; ", "SELECT 'it\\'s; so'"],
])('of %j the statement is %j', (query, text) => {
  expect(checkQuery(query)).toMatchObject({ kind: 'query', text });
});
