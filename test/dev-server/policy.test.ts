import { expect, test } from 'vitest';
import { startDevServer } from './support/running-dev-server.ts';

const POLICY = 'actor User {}\nresource Doc { permissions = ["read"]; }\nhas_permission(_: User, "read", _: Doc);\n';
const FAILING = `${POLICY}test "strangers" {\n  assert has_permission(User{"a"}, "read", Doc{"d"});\n  assert_not has_permission(User{"a"}, "read", Doc{"d"});\n}\n`;

test('a policy is saved with 200, answered by GET, and 202 when it is the same again', async () => {
  await using running = await startDevServer();
  const body = { filename: 'main.polar', src: POLICY };
  const saved = await running.ask({ path: '/api/policy', body });
  expect(saved).toMatchObject({ status: 200, json: { message: 'the policy is saved' } });
  expect(saved.headers['osooffset']).toMatch(/^\d+$/u);
  expect((await running.ask({ path: '/api/policy' })).json).toEqual({ policy: body });
  const again = await running.ask({ path: '/api/policy', body });
  expect(again).toMatchObject({ status: 202, json: { message: 'the policy is the same as before' } });
  expect(again.headers['osooffset']).toBe(saved.headers['osooffset']);
});

test.each([undefined, null, ''])('the file name %j is none', async (filename) => {
  await using running = await startDevServer();
  await running.post('/api/policy', { filename, src: POLICY });
  expect((await running.ask({ path: '/api/policy' })).json).toEqual({ policy: { filename: null, src: POLICY } });
});

test('before the first policy there is no metadata, nothing is allowed and no fact is accepted', async () => {
  await using running = await startDevServer();
  expect((await running.ask({ path: '/api/policy' })).json).toEqual({ policy: null });
  expect((await running.ask({ path: '/api/policy_metadata' })).status).toBe(404);
  const question = { actor_type: 'User', actor_id: 'a', action: 'read', resource_type: 'Doc', resource_id: 'd' };
  expect((await running.ask({ path: '/api/authorize', body: question })).json).toEqual({ allowed: false });
  const inserts = [{ predicate: 'p', args: [] }];
  expect((await running.ask({ path: '/api/batch', body: [{ inserts }] })).status).toBe(400);
});

test('an invalid policy is refused with every error and its place, forced or not', async () => {
  await using running = await startDevServer();
  await running.post('/api/policy', { src: POLICY });
  const src = 'actor User {}\nresource Doc { roles = ["r"]; "x" if "r"; "y" if "r"; }\n';
  for (const path of ['/api/policy', '/api/policy?force=true']) {
    const reply = await running.ask({ path, body: { filename: 'bad.polar', src } });
    expect(reply.status).toBe(400);
    const { error_type, message, errors } = reply.json as {
      error_type: string;
      message: string;
      errors: { error_type: string; message: string }[];
    };
    expect(error_type).toBe('Validation');
    expect(message).toMatch(/^the policy is not valid\n\nPOLAR_/u);
    expect(errors).toHaveLength(2);
    expect(errors[0]).toMatchObject({
      error_type: 'ValidationFailed',
      message: expect.stringContaining('bad.polar:2:'),
    });
  }
  expect((await running.ask({ path: '/api/policy' })).json).toMatchObject({ policy: { src: POLICY } });
});

test('a policy whose tests fail is refused with the result of every test, unless it is forced', async () => {
  await using running = await startDevServer();
  const reply = await running.ask({ path: '/api/policy', body: { src: FAILING } });
  expect(reply).toMatchObject({
    status: 400,
    json: {
      error_type: 'TestsFailed',
      message: expect.stringMatching(/^tests of the policy fail\n\n/u),
      test_results: {
        success: false,
        errors: [{ error_type: 'AssertionFailed', message: expect.stringContaining('policy.polar:6:') }],
        tests: [{ name: 'strangers', passed: 1, total: 2 }],
      },
    },
  });
  expect((await running.ask({ path: '/api/policy' })).json).toEqual({ policy: null });
  expect(
    (await running.ask({ path: '/api/policy?force=true&show_suggestions=false', body: { src: FAILING } })).status,
  ).toBe(200);
});

test.each([
  [{}, '`src` is missing'],
  [{ src: 5 }, '`src` must be a string, not a number'],
  [{ filename: 5, src: '' }, '`filename` must be a string, not a number'],
])('the body %j is 400', async (body, message) => {
  await using running = await startDevServer();
  expect(await running.ask({ path: '/api/policy', body })).toMatchObject({ status: 400, json: { message } });
});

test('the empty policy takes the policy away', async () => {
  await using running = await startDevServer();
  await running.post('/api/policy', { src: POLICY });
  await running.post('/api/policy', { src: '' });
  expect((await running.ask({ path: '/api/policy' })).json).toEqual({ policy: null });
});

test('policies to start with are one policy', async () => {
  const policySources = [
    { name: 'a.polar', text: 'actor User {}' },
    { name: 'b.polar', text: 'resource Doc { permissions = ["read"]; }' },
  ];
  await using running = await startDevServer({ policySources });
  const reply = await running.ask({ path: '/api/policy_metadata' });
  expect(Object.keys((reply.json as { metadata: { resources: object } }).metadata.resources)).toEqual([
    'Doc',
    'User',
    'global',
  ]);
});

test.each([
  ['not a policy', 'POLICY_INVALID', /^the policy is not valid\n\nPOLAR_SYNTAX: .*\nstart\.polar:1:/u],
  [FAILING, 'POLICY_TESTS_FAILED', /^tests of the policy fail\n\n.*start\.polar:6:/u],
])('a policy that cannot be saved cannot be started with', async (text, code, message) => {
  const started = startDevServer({ policySources: [{ name: 'start.polar', text }] });
  await expect(started).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});
