import { expect, test } from 'vitest';
import { startServer } from './support/running-server.ts';

const USER = { type: 'User', id: 'alice' };
const AUTHORIZE = { actor_type: 'User', actor_id: 'a', action: 'read', resource_type: 'Repo', resource_id: 'r' };
const LIST = { actor_type: 'User', actor_id: 'a', action: 'read', resource_type: 'Repo' };
const RESOURCES = { actor_type: 'User', actor_id: 'a', action: 'read' };
const QUERY = {
  predicate: ['allow', ['a', 'b']],
  calls: [],
  constraints: { a: { type: 'User', ids: null }, b: { type: 'Repo', ids: null } },
  context_facts: [],
};

const TABLE: readonly (readonly [path: string, body: unknown, message: string])[] = [
  ['authorize', [], 'the body must be a JSON object, not an array'],
  ['authorize', null, 'the body must be a JSON object, not null'],
  ['authorize', 7, 'the body must be a JSON object, not a number'],
  ['authorize', {}, '`actor_type` is missing'],
  ['authorize', { ...AUTHORIZE, actor_type: null }, '`actor_type` must be a string, not null'],
  ['authorize', { ...AUTHORIZE, actor_id: 7 }, '`actor_id` must be a string, not a number'],
  ['authorize', { ...AUTHORIZE, actor_id: ['a'] }, '`actor_id` must be a string, not an array'],
  ['authorize', { ...AUTHORIZE, actor_id: '' }, '`actor_id` must not be empty'],
  ['authorize', { ...AUTHORIZE, action: undefined }, '`action` is missing'],
  ['authorize', { ...AUTHORIZE, action: true }, '`action` must be a string, not a boolean'],
  ['authorize', { ...AUTHORIZE, resource_type: '' }, '`resource_type` must not be empty'],
  [
    'authorize',
    { ...AUTHORIZE, resource_type: 'Resource' },
    '`resource_type` is `Resource`, which is abstract: name a concrete type',
  ],
  [
    'authorize',
    { ...AUTHORIZE, actor_type: 'Actor' },
    '`actor_type` is `Actor`, which is abstract: name a concrete type',
  ],
  ['authorize', { ...AUTHORIZE, context_facts: {} }, '`context_facts` must be an array, not an object'],
  ['authorize', { ...AUTHORIZE, context_facts: [1] }, '`context_facts[0]` must be an object, not a number'],
  ['authorize', { ...AUTHORIZE, context_facts: [{ args: [] }] }, '`context_facts[0].predicate` is missing'],
  ['authorize', { ...AUTHORIZE, context_facts: [{ predicate: 'p' }] }, '`context_facts[0].args` is missing'],
  [
    'authorize',
    { ...AUTHORIZE, context_facts: [{ predicate: 'p', args: [USER, null] }] },
    '`context_facts[0].args[1]` must be an object, not null',
  ],
  [
    'authorize',
    { ...AUTHORIZE, context_facts: [{ predicate: 'p', args: [{ type: 'User', id: null }] }] },
    '`context_facts[0].args[0].id` must be a string, not null',
  ],
  [
    'authorize',
    { ...AUTHORIZE, context_facts: [{ predicate: 'p', args: [USER, USER, USER, USER, USER, USER] }] },
    '`context_facts[0].args` has 6 arguments, a fact has at most 5',
  ],
  [
    'authorize',
    { ...AUTHORIZE, resource_type: 'Integer', resource_id: '9223372036854775808' },
    '`resource_id` must be a 64-bit integer: its type is Integer',
  ],
  [
    'authorize',
    { ...AUTHORIZE, resource_type: 'Boolean', resource_id: 'TRUE' },
    '`resource_id` must be `true` or `false`: its type is Boolean',
  ],
  ['list', { ...LIST, resource_type: undefined }, '`resource_type` is missing'],
  ['list', { ...LIST, page_size: 1, page_token: 5 }, '`page_token` must be a string, not a number'],
  ['actions', { actor_type: 'User', actor_id: 'a', resource_type: 'Repo' }, '`resource_id` is missing'],
  ['authorize_resources', RESOURCES, '`resources` is missing'],
  ['authorize_resources', { ...RESOURCES, resources: [USER, { type: 'User' }] }, '`resources[1].id` is missing'],
  ['bulk_actions', {}, '`body` must be an array, not an object'],
  ['bulk_actions', [AUTHORIZE, {}], '`body[1].actor_type` is missing'],
  [
    'bulk_actions',
    [{ ...AUTHORIZE, context_facts: [{ predicate: '', args: [] }] }],
    '`body[0].context_facts[0].predicate` must not be empty',
  ],
  ['query', {}, '`fact` is missing'],
  ['query', { fact: { predicate: 'p', args: [{ id: 'x' }] } }, '`fact.args[0].type` is missing: an id needs a type'],
  ['query', { fact: { predicate: 'p', args: [{ type: '', id: null }] } }, '`fact.args[0].type` must not be empty'],
  ['evaluate_query', { ...QUERY, predicate: 'allow' }, '`predicate` must be an array, not a string'],
  [
    'evaluate_query',
    { ...QUERY, predicate: ['allow'] },
    '`predicate` must have two elements: a predicate and its variables',
  ],
  ['evaluate_query', { ...QUERY, predicate: ['allow', [1]] }, '`predicate[1][0]` must be a string, not a number'],
  ['evaluate_query', { ...QUERY, calls: undefined }, '`calls` is missing'],
  ['evaluate_query', { ...QUERY, calls: [['p', ['a', 'b', 7]]] }, '`calls[0][1][2]` must be a string, not a number'],
  [
    'evaluate_query',
    { ...QUERY, calls: [['p', ['zzz']]] },
    '`constraints.zzz` is missing: `calls[0][1][0]` names that variable',
  ],
  [
    'evaluate_query',
    { ...QUERY, calls: [['p', ['a\n']]] },
    '`constraints["a\\n"]` is missing: `calls[0][1][0]` names that variable',
  ],
  [
    'evaluate_query',
    { ...QUERY, calls: [['p', ['constructor']]] },
    '`constraints.constructor` is missing: `calls[0][1][0]` names that variable',
  ],
  ['evaluate_query', { ...QUERY, constraints: null }, '`constraints` must be an object, not null'],
  ['evaluate_query', { ...QUERY, constraints: { a: { ids: null } } }, '`constraints.a.type` is missing'],
  [
    'evaluate_query',
    { ...QUERY, constraints: { a: { type: 'User', ids: [null] } } },
    '`constraints.a.ids[0]` must be a string, not null',
  ],
  [
    'evaluate_query',
    { ...QUERY, constraints: { a: { type: 'Actor' } } },
    '`constraints.a.type` is `Actor`, which is abstract: name a concrete type',
  ],
];

test.each(TABLE)('POST /%s with %j is 400 and names the field', async (path, body, message) => {
  await using running = await startServer();
  const reply = await running.ask({ path: `/api/${path}`, body });
  expect(reply).toMatchObject({ status: 400, json: { message } });
  expect(Object.keys(reply.json as object)).toEqual(['message']);
  expect(running.data.asked).toEqual([]);
  expect(running.data.pinned).toBe(0);
});
