import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GITHUB_FACTS, GITHUB_POLICY } from '../dev-server/support/github-policy.ts';
import { startDevServer } from '../dev-server/support/running-dev-server.ts';

const PATHS = [
  'authorize',
  'list',
  'actions',
  'authorize_resources',
  'bulk_actions',
  'query',
  'evaluate_query',
  'batch',
  'bulk',
  'bulk_load',
  'bulk_delete',
  'facts',
  'policy',
  'expect',
];

/** Words that mean something to the API, so that many bodies get far. */
const word = fc.constantFrom(
  'User',
  'Repo',
  'Actor',
  'Integer',
  'alice',
  'anvil',
  'read',
  'allow',
  'has_role',
  '',
  '7',
  'true',
  '__proto__',
  'constructor',
);
const key = fc.constantFrom(
  ...['actor_type', 'actor_id', 'action', 'resource_type', 'resource_id', 'resources', 'context_facts', 'fact'],
  ...[
    'predicate',
    'args',
    'type',
    'id',
    'calls',
    'constraints',
    'ids',
    'page_size',
    'page_token',
    'inserts',
    'deletes',
  ],
  ...['tell', 'delete', 'src', 'filename', '__proto__', 'toString'],
);
const leaf = fc.oneof(word, fc.string({ unit: 'binary' }), fc.constant(null), fc.double(), fc.boolean());
const { body } = fc.letrec((tie) => ({
  body: fc.oneof({ maxDepth: 5 }, leaf, tie('object'), tie('array')),
  array: fc.array(tie('body'), { maxLength: 4 }),
  object: fc.array(fc.tuple(key, tie('body')), { maxLength: 8 }).map((entries) => Object.fromEntries(entries)),
}));

/** A good question with one part replaced. */
const nearlyGood = fc
  .tuple(
    fc.constantFrom('actor_type', 'actor_id', 'action', 'resource_type', 'resource_id', 'context_facts', 'page_size'),
    body,
  )
  .map(([name, value]) => ({
    actor_type: 'User',
    actor_id: 'alice',
    action: 'read',
    resource_type: 'Repo',
    resource_id: 'anvil',
    [name]: value,
  }));

test('any JSON gets 2xx, or 4xx with a message of one line, and the server lives on', async () => {
  await using running = await startDevServer({ policySources: [{ name: 'p.polar', text: GITHUB_POLICY }] });
  await running.post('/api/batch', [{ inserts: GITHUB_FACTS }]);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), fc.oneof(body, nearlyGood), async (path, value) => {
      const reply = await running.ask({ path: `/api/${path}`, body: JSON.stringify(value) ?? 'null' });
      expect(reply.headers['content-type']).toBe('application/json');
      expect(reply.status).toBeLessThan(500);
      if (reply.status < 300) return;
      const { message } = reply.json as { message: string };
      expect(message).toEqual(expect.any(String));
      if (path !== 'policy') expect(message).not.toContain('\n');
    }),
    { numRuns: 1_500 },
  );
  expect(running.dev.server.inFlight).toBe(0);
});

test('any bytes as a body get 4xx with a message, and the server lives on', async () => {
  await using running = await startDevServer();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), fc.uint8Array({ minLength: 1, maxLength: 60 }), async (path, bytes) => {
      const reply = await running.ask({ path: `/api/${path}`, body: Buffer.from(bytes) });
      expect(reply.status).toBeGreaterThanOrEqual(path === 'expect' ? 200 : 400);
      expect(reply.status).toBeLessThan(500);
      const errorType = path === 'policy' ? { error_type: 'Generic' } : {};
      expect(reply.json).toEqual({ ...errorType, message: expect.any(String) });
    }),
    { numRuns: 500 },
  );
});

test('any path and query get an answer in JSON', async () => {
  await using running = await startDevServer();
  const part = fc.constantFrom(
    '/',
    'api',
    'facts',
    '?',
    '&',
    'args.0.id=',
    'predicate=',
    '%ff',
    '%41',
    '..',
    ';',
    '=',
    '//',
    '*',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'DELETE', 'PUT'),
      fc.array(part, { maxLength: 8 }),
      async (method, parts) => {
        const reply = await running.ask({ method, path: `/${parts.join('')}` });
        expect(reply.status).toBeLessThan(500);
        expect(reply.json).toBeDefined();
      },
    ),
    { numRuns: 500 },
  );
});
