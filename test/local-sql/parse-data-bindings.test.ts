import { describe, expect, test } from 'vitest';
import { countColumns } from '../../src/local-sql/count-columns.ts';
import { parseDataBindings } from '../../src/local-sql/parse-data-bindings.ts';

describe('data bindings', () => {
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

  test.each([
    ['', 'data bindings, line 1: the text must be a map with the key `facts`'],
    ['sql_types: {}\n', 'data bindings, line 1: the key `facts` is missing'],
    ['facts: [1]\n', 'data bindings, line 1: `facts` must be a map'],
    [
      'facts:\n  hello: { query: SELECT 1 }\n',
      'data bindings, line 2: `hello`: it is not of the form `predicate(Type:_, Type:id, word)`',
    ],
    ['facts:\n  f(A:_, ): { query: SELECT 1 }\n', 'data bindings, line 2: `f(A:_, )`: argument 2 is empty'],
    [
      'facts:\n  f(Actor:_): { query: SELECT 1 }\n',
      'data bindings, line 2: `f(Actor:_)`: argument 1 has the abstract type `Actor`: name a concrete one',
    ],
    [
      'facts:\n  f(Integer:x): { query: SELECT 1 }\n',
      'data bindings, line 2: `f(Integer:x)`: argument 1 is `x`, which is no Integer',
    ],
    [
      'facts:\n  f(A:_):\n    query:\n',
      'data bindings, line 2: `f(A:_)`: it must have a `query`, the text of a SELECT',
    ],
    ['facts:\n  f(A:_):\n    query: " ; "\n', 'data bindings, line 3: `f(A:_)`: the query is empty'],
    [
      'facts:\n  f(A:_):\n    query: SELECT a, b FROM t\n',
      'data bindings, line 3: `f(A:_)`: the query gives 2 columns, the signature has 1 `_`',
    ],
    [
      'facts:\nsql_types:\n  A: "int; DROP TABLE x"\n',
      'data bindings, line 3: `sql_types`: `A` must name a type of SQL',
    ],
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
])('%j gives %o columns', (query, count) => {
  expect(countColumns(query)).toBe(count);
});
