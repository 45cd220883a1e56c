import { expect, test } from 'vitest';
import type { Program } from '../../src/program/program.ts';
import { createFakeData } from './support/fake-serving.ts';
import { startServer } from './support/running-server.ts';

const EMPTY = { roles: [], permissions: [], relations: new Map() };

function programWith(resources: ReadonlyMap<string, unknown>): Program {
  return { metadata: { resources } } as unknown as Program;
}

test('GET /policy answers text and file name', async () => {
  await using running = await startServer({ data: createFakeData({}, { policyFilename: 'main.polar' }) });
  expect((await running.ask({ path: '/api/policy' })).text).toBe(
    '{"policy":{"filename":"main.polar","src":"actor User {}"}}',
  );
});

test('GET /policy without a file name has it null, and without a policy is null itself', async () => {
  await using named = await startServer();
  expect((await named.ask({ path: '/api/policy?id=1' })).json).toEqual({
    policy: { filename: null, src: 'actor User {}' },
  });
  await using none = await startServer({ data: createFakeData({}, { policyText: '' }) });
  expect((await none.ask({ path: '/api/policy' })).text).toBe('{"policy":null}');
});

test('GET /policy_metadata has every block, in the order and with the keys of the API', async () => {
  const repo = { roles: ['admin'], permissions: ['add_member', 'read'], relations: new Map([['parent', 'Org']]) };
  const program = programWith(
    new Map<string, unknown>([
      ['Repo', repo],
      ['User', EMPTY],
      ['global', EMPTY],
    ]),
  );
  await using running = await startServer({ data: createFakeData({}, { program }) });
  expect((await running.ask({ path: '/api/policy_metadata?version=3' })).text).toBe(
    '{"metadata":{"resources":{' +
      '"Repo":{"roles":["admin"],"permissions":["add_member","read"],"relations":{"parent":"Org"}},' +
      '"User":{"roles":[],"permissions":[],"relations":{}},' +
      '"global":{"roles":[],"permissions":[],"relations":{}}}}}',
  );
});

test('GET /policy_metadata without a policy is 404', async () => {
  await using running = await startServer({ data: createFakeData({}, { policyText: '' }) });
  const reply = await running.ask({ path: '/api/policy_metadata' });
  expect(reply).toMatchObject({ status: 404, json: { message: 'there is no policy yet' } });
});
