import { Oso, typedVar } from 'oso-cloud';
import { Oso as OsoV1 } from 'oso-cloud-v1';
import { describe, expect, test } from 'vitest';
import { DEV_TOKEN } from '../../src/dev-server/environments.ts';
import { GITHUB_POLICY } from '../dev-server/support/github-policy.ts';
import { type RunningDevServer, startDevServer } from '../dev-server/support/running-dev-server.ts';

const ALICE = { type: 'User', id: 'alice' };
const BOB = { type: 'User', id: 'bob' };
const CHARLIE = { type: 'User', id: 'charlie' };
const ACME = { type: 'Org', id: 'acme' };
const ANVIL = { type: 'Repo', id: 'anvil' };
const SWAGE = { type: 'Repo', id: 'swage' };

/** A dev-server with the world of the published tests, written through the client itself. */
async function startWorld(): Promise<{ running: RunningDevServer; oso: Oso; v1: OsoV1 } & AsyncDisposable> {
  const running = await startDevServer();
  const oso = new Oso(running.url, DEV_TOKEN);
  await oso.policy(GITHUB_POLICY);
  await oso.batch((tx) => {
    tx.insert(['has_role', ALICE, 'member', ACME]);
    tx.insert(['has_role', BOB, 'admin', ACME]);
    tx.insert(['has_relation', ANVIL, 'parent', ACME]);
    tx.insert(['has_role', ALICE, 'member', SWAGE]);
  });
  return {
    running,
    oso,
    v1: new OsoV1(running.url, DEV_TOKEN),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

/** Maps as plain objects, and arrays sorted: the client promises no order. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  return Array.isArray(value) ? [...value].sort() : value;
}

describe('the client of version 2', () => {
  test('authorize, list and actions', async () => {
    await using world = await startWorld();
    const { oso } = world;
    expect(await oso.authorize(ALICE, 'read', ANVIL)).toBe(true);
    expect(await oso.authorize(ALICE, 'write', ANVIL)).toBe(false);
    expect(await oso.authorize(ALICE, 'frobnicate', ANVIL)).toBe(false);
    expect(await oso.authorize({ type: 'Ghost', id: '1' }, 'read', ANVIL)).toBe(false);
    expect(await oso.authorize(ALICE, 'write', ANVIL, [['has_role', ALICE, 'admin', ANVIL]])).toBe(true);
    expect(await oso.authorize(CHARLIE, 'read', ANVIL, [['has_permission', CHARLIE, 'read', ANVIL]])).toBe(true);
    expect(await oso.list(ALICE, 'read', 'Repo')).toEqual(['anvil', 'swage']);
    expect(await oso.list(CHARLIE, 'read', 'Repo')).toEqual([]);
    expect(await oso.actions(BOB, ANVIL)).toEqual(['read', 'write']);
    expect(await oso.actions(CHARLIE, ANVIL)).toEqual([]);
  });

  test('listPaginated walks over all pages', async () => {
    await using world = await startWorld();
    const { oso } = world;
    const first = await oso.listPaginated(ALICE, 'read', 'Repo', 1);
    expect(first).toEqual({ results: ['anvil'], nextPageToken: expect.any(String) });
    const second = await oso.listPaginated(ALICE, 'read', 'Repo', 1, String(first.nextPageToken));
    expect(second).toEqual({ results: ['swage'], nextPageToken: null });
  });

  test('insert, get and delete, with wildcards', async () => {
    await using world = await startWorld();
    const { oso } = world;
    await oso.insert(['is_weird', 10, 'ten', true]);
    const weird = [
      'is_weird',
      { type: 'Integer', id: '10' },
      { type: 'String', id: 'ten' },
      { type: 'Boolean', id: 'true' },
    ];
    expect(await oso.get(['is_weird', null, null, null])).toEqual([weird]);
    expect(await oso.get(['has_role', ALICE])).toHaveLength(2);
    expect(await oso.get(['has_role', null, 'member', { type: 'Repo' }])).toEqual([
      ['has_role', ALICE, { type: 'String', id: 'member' }, SWAGE],
    ]);
    await oso.delete(['has_role', ALICE, null, null]);
    await oso.delete(['has_role', ALICE, null, null]);
    expect(await oso.get(['has_role'])).toHaveLength(1);
    expect(await oso.authorize(ALICE, 'read', SWAGE)).toBe(false);
  });

  test('a batch happens in order, and not at all when one fact is not allowed', async () => {
    await using world = await startWorld();
    const { oso } = world;
    await oso.batch((tx) => {
      tx.insert(['has_role', CHARLIE, 'member', ANVIL]);
      tx.delete(['has_role', CHARLIE, null, null]);
    });
    expect(await oso.get(['has_role', CHARLIE])).toEqual([]);
    const batch = oso.batch((tx) => {
      tx.delete(['has_role', null, null, null]);
      tx.insert(['likes', ALICE, 'cheese']);
    });
    await expect(batch).rejects.toThrow(
      'likes(User, "cheese") is not used in policy. Help: use this fact in your policy, or add ' +
        "'declare likes(...)' to your policy to force Oso to accept facts of this type.",
    );
    expect(await oso.get(['has_role'])).toHaveLength(3);
  });

  test('policy metadata', async () => {
    await using world = await startWorld();
    const { resources } = await world.oso.getPolicyMetadata();
    expect(resources).toMatchObject({
      User: { roles: [], permissions: [], relations: {} },
      Org: { roles: ['admin', 'member'], permissions: ['delete', 'read'], relations: {} },
      Repo: { roles: ['admin', 'member'], permissions: ['read', 'write'], relations: { parent: 'Org' } },
      global: { roles: ['user'], permissions: ['create_repository'], relations: {} },
    });
  });

  test('a wrong key is refused', async () => {
    await using world = await startWorld();
    const stranger = new Oso(world.running.url, 'e_0123456789_12345_other');
    await expect(stranger.authorize(ALICE, 'read', ANVIL)).rejects.toMatchObject({ statusCode: 401 });
  });
});

describe('the query builder (api reference, 5.4)', () => {
  test('global permissions have two arguments', async () => {
    await using world = await startWorld();
    expect(await world.oso.buildQuery(['has_permission', ALICE, 'create_repository']).evaluate()).toBe(true);
  });

  test('a custom rule of four arguments', async () => {
    await using world = await startWorld();
    const field = typedVar('Field');
    expect(await world.oso.buildQuery(['allow_field', ALICE, 'read', ANVIL, field]).evaluate(field)).toEqual(['name']);
  });

  test('a variable that must be one of several ids', async () => {
    await using world = await startWorld();
    const action = typedVar('String');
    const repo = typedVar('Repo');
    const ids = ['anvil', '3', '5'];
    const all = world.oso.buildQuery(['allow', ALICE, action, repo]).in(repo, ids);
    expect(plain(await all.evaluate(new Map([[repo, action]])))).toEqual({ anvil: ['read'] });
    const some = world.oso.buildQuery(['allow', ALICE, 'read', repo]).in(repo, ids);
    expect(await some.evaluate(repo)).toEqual(['anvil']);
  });

  test('conditions joined by and, without and with context facts', async () => {
    await using world = await startWorld();
    const action = typedVar('String');
    const repo = typedVar('Repo');
    const query = world.oso.buildQuery(['allow', BOB, action, repo]).and(['has_relation', repo, 'parent', ACME]);
    expect(await query.evaluate([action, repo])).toEqual([
      ['read', 'anvil'],
      ['write', 'anvil'],
    ]);
    const withNew = query.withContextFacts([['has_relation', { type: 'Repo', id: 'newRepo' }, 'parent', ACME]]);
    expect(plain(await withNew.evaluate(new Map([[repo, action]])))).toEqual({
      anvil: ['read', 'write'],
      newRepo: ['read', 'write'],
    });
  });

  test('context facts of several calls add up', async () => {
    await using world = await startWorld();
    const action = typedVar('String');
    const query = world.oso.buildQuery(['allow', ALICE, action, ANVIL]);
    expect(await query.evaluate(action)).toEqual(['read']);
    expect(await query.withContextFacts([['has_role', ALICE, 'admin', ANVIL]]).evaluate(action)).toEqual([
      'read',
      'write',
    ]);
    const gitcloud = { type: 'Repo', id: 'gitcloud' };
    const osohq = { type: 'Org', id: 'osohq' };
    const charlie = world.oso
      .buildQuery(['allow', CHARLIE, 'read', gitcloud])
      .withContextFacts([['has_role', CHARLIE, 'member', osohq]])
      .withContextFacts([['has_relation', gitcloud, 'parent', osohq]]);
    expect(await charlie.evaluate()).toBe(true);
  });

  test('wildcards stand beside concrete rows', async () => {
    await using world = await startWorld();
    const action = typedVar('String');
    const org = typedVar('Org');
    const user = typedVar('User');
    const repo = typedVar('Repo');
    const { oso } = world;
    const byOrg = await oso.buildQuery(['allow', BOB, action, org]).evaluate(new Map([[org, action]]));
    expect(plain(byOrg)).toEqual({ acme: ['delete'], '*': ['read'] });
    const byUser = await oso.buildQuery(['allow', user, action, ACME]).evaluate(new Map([[user, action]]));
    expect(plain(byUser)).toEqual({ '*': ['read'], alice: ['read'], bob: ['delete'] });
    const nested = await oso
      .buildQuery(['allow', user, action, repo])
      .in(repo, ['anvil', '3', '5'])
      .evaluate(new Map([[user, new Map([[repo, action]])]]));
    expect(plain(nested)).toEqual({ alice: { anvil: ['read'] }, bob: { anvil: ['read', 'write'] } });
  });
});

describe('the client of version 1', () => {
  test('the check calls', async () => {
    await using world = await startWorld();
    const { v1 } = world;
    expect(await v1.authorize(ALICE, 'read', ANVIL)).toBe(true);
    expect(await v1.authorize(CHARLIE, 'read', ANVIL)).toBe(false);
    expect(await v1.authorizeResources(ALICE, 'read', [SWAGE, { type: 'Repo', id: 'x' }, ANVIL, SWAGE])).toEqual([
      SWAGE,
      ANVIL,
      SWAGE,
    ]);
    expect(await v1.authorizeResources(ALICE, 'read', [])).toEqual([]);
    expect(await v1.list(ALICE, 'read', 'Repo')).toEqual(['anvil', 'swage']);
    expect(await v1.actions(BOB, ANVIL)).toEqual(['read', 'write']);
    expect(await v1.bulkActions(CHARLIE, [ANVIL, SWAGE], [['has_role', CHARLIE, 'admin', SWAGE]])).toEqual([
      [],
      ['read', 'write'],
    ]);
  });

  test('tell, get, delete and the bulk calls', async () => {
    await using world = await startWorld();
    const { v1 } = world;
    const told = ['has_role', CHARLIE, 'member', SWAGE];
    expect(await v1.tell('has_role', CHARLIE, 'member', SWAGE)).toEqual(told);
    expect(await v1.get('has_role', CHARLIE, null, null)).toEqual([told]);
    await v1.delete('has_role', CHARLIE, 'member', SWAGE);
    expect(await v1.get('has_role', CHARLIE, null, null)).toEqual([]);
    await v1.bulkTell([['has_role', CHARLIE, 'member', SWAGE]]);
    await v1.bulk([['has_role', CHARLIE, null, null]], [['has_role', CHARLIE, 'admin', SWAGE]]);
    expect(await v1.actions(CHARLIE, SWAGE)).toEqual(['read', 'write']);
    await v1.bulkDelete([['has_role', CHARLIE, 'admin', SWAGE]]);
    expect(await v1.actions(CHARLIE, SWAGE)).toEqual([]);
  });

  test('query answers facts and rules, typed patterns and wildcards (api reference, 4.6)', async () => {
    await using world = await startWorld();
    const { v1 } = world;
    const sam = { type: 'User', id: 'sam' };
    const gabe = { type: 'User', id: 'gabe' };
    const steve = { type: 'Computer', id: 'steve' };
    for (const one of [sam, gabe, steve]) await v1.tell('is_friendly', one);
    const names = async (facts: Promise<unknown[][]>) =>
      (await facts).map(([, arg]) => (arg as { id: string }).id).sort();
    expect(await names(v1.query('hello', null))).toEqual(['gabe', 'sam', 'steve']);
    expect(await names(v1.query('hello', { type: 'User' }))).toEqual(['gabe', 'sam']);
    const brian = { type: 'User', id: 'brian' };
    const withBrian = v1.query_with_context(['hello', null], { contextFacts: [['hello', brian]] });
    expect(await names(withBrian)).toEqual(['brian', 'gabe', 'sam', 'steve']);
    const [wildcard] = await v1.query('something', sam, steve, null);
    expect(wildcard?.[3]).toBeNull();
  });

  test('policy and metadata', async () => {
    await using world = await startWorld();
    await world.v1.policy(GITHUB_POLICY);
    expect(JSON.stringify(await world.v1.getPolicyMetadata())).toContain('"create_repository"');
    await expect(world.v1.policy('nonsense')).rejects.toThrow('POLAR_SYNTAX');
  });

  test('clear_data and stats, which only its low-level client has', async () => {
    await using world = await startWorld();
    expect(await world.v1.api.getStats()).toEqual({ num_roles: 3, num_relations: 1, num_facts: 4 });
    await world.v1.api.clearData();
    expect(await world.v1.get('', null)).toEqual([]);
  });
});
