import { describe, expect, test } from 'vitest';
import type { FactDownload } from '../../src/control-plane/control-plane.ts';
import { parsePolicy } from '../../src/control-plane/parse-policy.ts';
import { startFakeCloud } from '../support/fake-cloud.ts';
import { collect, connect, failureOf, isPublic, listAll, never, roleOf, TOKEN } from './support.ts';

const FACTS = [roleOf('ann'), roleOf('bob', 'owner'), isPublic('anvil')];

async function downloadOf(answer: Promise<FactDownload | 'not-modified'>): Promise<FactDownload> {
  const download = await answer;
  if (download === 'not-modified') throw new Error('not modified');
  return download;
}

describe('requests', () => {
  test('carry token, program, node and a new id, and ask for no compression', async () => {
    await using cloud = await startFakeCloud({ token: TOKEN });
    const controlPlane = connect(cloud.url, { clientId: 'node-7' });
    await controlPlane.policy({ signal: never });
    await listAll(controlPlane);
    const [policy, facts] = cloud.requests;
    expect([policy?.method, policy?.path, facts?.method, facts?.path]).toEqual([
      'GET',
      '/api/policy',
      'GET',
      '/api/facts',
    ]);
    expect([...(facts?.query ?? [])]).toEqual([]);
    expect(Object.fromEntries(policy?.headers ?? [])).toMatchObject({
      authorization: `Bearer ${TOKEN}`,
      'user-agent': 'oso-fallback/1.2.3',
      'x-oso-instance-id': 'node-7',
      'accept-encoding': 'identity',
      accept: 'application/json',
    });
    const ids = cloud.requests.map(({ headers }) => headers.get('x-request-id'));
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(ids).size).toBe(2);
    await controlPlane.close();
  });

  test.each(['', '/', '/api', '/api/', '///'])('reach the API when the URL ends with `%s`', async (suffix) => {
    await using cloud = await startFakeCloud();
    const controlPlane = connect(cloud.url + suffix);
    await controlPlane.policy({ signal: never });
    expect(cloud.requests.map(({ path }) => path)).toEqual(['/api/policy']);
    expect(controlPlane.source).toBe(cloud.url);
    await controlPlane.close();
  });

  test('show no credentials of the URL in the source', async () => {
    const controlPlane = connect('https://ann:canary@example.org/oso/api?key=canary#canary');
    expect(controlPlane.source).toBe('https://example.org/oso');
    await controlPlane.close();
  });

  test('go below the path prefix of a mirror', async () => {
    await using cloud = await startFakeCloud();
    const controlPlane = connect(`${cloud.url}/mirror/oso/api/`);
    const error = await failureOf(controlPlane.policy({ signal: never }));
    expect(error.message).toBe('GET /mirror/oso/api/policy was answered with status 404: `no such route`');
    await controlPlane.close();
  });
});

describe('policy', () => {
  test('comes with text, file name and entity tag', async () => {
    await using cloud = await startFakeCloud({ policy: 'actor User {} # Grüße 🌲' });
    const controlPlane = connect(cloud.url);
    const policy = await controlPlane.policy({ signal: never });
    expect(policy).toEqual({
      text: 'actor User {} # Grüße 🌲',
      filename: 'policy.polar',
      etag: expect.stringMatching(/^"[0-9a-f]{16}"$/),
    });
    await controlPlane.close();
  });

  test('may have no file name', async () => {
    await using cloud = await startFakeCloud();
    const controlPlane = connect(cloud.url);
    cloud.script(
      '/api/policy',
      { body: '{"policy":{"filename":null,"src":"x"}}' },
      { body: '{"policy":{"src":"x"},"extra":1}' },
    );
    for (const _ of [1, 2]) {
      expect(await controlPlane.policy({ signal: never })).toMatchObject({ text: 'x', filename: undefined });
    }
    await controlPlane.close();
  });

  test('is not found in an environment without one', async () => {
    await using cloud = await startFakeCloud({ policy: null });
    const controlPlane = connect(cloud.url);
    const error = await failureOf(controlPlane.policy({ signal: never }));
    expect([error.code, error.message]).toEqual(['CONTROL_PLANE_NOT_FOUND', 'the environment has no policy']);
    await controlPlane.close();
  });

  test('is not modified when its entity tag still holds, and comes whole when it does not', async () => {
    await using cloud = await startFakeCloud({ policy: 'actor User {}' });
    const controlPlane = connect(cloud.url);
    const first = await controlPlane.policy({ signal: never });
    if (first === 'not-modified') throw new Error('no tag was sent');
    expect(await controlPlane.policy({ signal: never, etag: first.etag })).toBe('not-modified');
    cloud.policy = 'actor Robot {}';
    expect(await controlPlane.policy({ signal: never, etag: first.etag })).toMatchObject({ text: 'actor Robot {}' });
    await controlPlane.close();
  });

  test.each([
    ['{}', 'has no `policy`'],
    ['[]', 'has no `policy`'],
    ['{"policy":7}', 'has a `policy` without `src`'],
    ['{"policy":{"filename":"a"}}', 'has a `policy` without `src`'],
    ['{"policy":{"src":7}}', 'has a `src` that is not a text'],
    ['{"policy":{"src":"\\ud800"}}', 'has a `src` that is not a text'],
    ['{"policy":{"src":"a","src":"b"}}', 'has a key twice in one object'],
    ['{"policy":null,"policy":{"src":"b"}}', 'has a key twice in one object'],
    ['{"policy":{"src":"act', 'of 21 bytes is cut short or is not JSON'],
    ['', 'of 0 bytes is cut short or is not JSON'],
    [nested(40), 'nests deeper than 32 levels'],
  ])('%s is no answer', async (body, message) => {
    await using cloud = await startFakeCloud();
    cloud.script('/api/policy', { body });
    const controlPlane = connect(cloud.url);
    const error = await failureOf(controlPlane.policy({ signal: never }));
    expect([error.code, error.message]).toEqual([
      'CONTROL_PLANE_MALFORMED',
      `the answer to GET /api/policy ${message}`,
    ]);
    await controlPlane.close();
  });

  test('one that nests deeper than a program can follow is none', () => {
    expect(() => parsePolicy(nested(100_000))).toThrow('nests deeper than 32 levels');
  });
});

describe('facts', () => {
  test('arrive in order, whatever the size of the pieces on the wire', async () => {
    const facts = Array.from({ length: 5_000 }, (_, at) => roleOf(`user-${at}-Grüße-🌲`));
    await using cloud = await startFakeCloud({ facts });
    const controlPlane = connect(cloud.url);
    for (const pieceBytes of [undefined, 4_096, 997]) {
      cloud.script('/api/facts', { pieceBytes });
      expect(await listAll(controlPlane)).toEqual(facts);
    }
    await controlPlane.close();
  });

  test('may be none', async () => {
    await using cloud = await startFakeCloud({ facts: [] });
    const controlPlane = connect(cloud.url);
    expect(await listAll(controlPlane)).toEqual([]);
    await controlPlane.close();
  });

  test('report their bytes, and the expected ones when they are announced', async () => {
    await using cloud = await startFakeCloud();
    const controlPlane = connect(cloud.url);
    const body = JSON.stringify(FACTS);
    const seen: unknown[] = [];
    const onBytes = (received: number, expected: number | undefined) => seen.push([received, expected]);
    cloud.script('/api/facts', { body, framing: 'length' }, { body, framing: 'chunked' });
    await collect(await controlPlane.facts({ signal: never, predicates: [], onBytes }));
    expect(seen.at(-1)).toEqual([body.length, body.length]);
    await collect(await controlPlane.facts({ signal: never, predicates: [], onBytes }));
    expect(seen.at(-1)).toEqual([body.length, undefined]);
    await controlPlane.close();
  });

  test('are not modified when their entity tag still holds', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS });
    const controlPlane = connect(cloud.url);
    const first = await downloadOf(controlPlane.facts({ signal: never, predicates: [] }));
    expect(await collect(first)).toEqual(FACTS);
    const { etag } = first;
    expect(await controlPlane.facts({ signal: never, predicates: [], etag })).toBe('not-modified');
    cloud.facts = [];
    expect(await collect(await controlPlane.facts({ signal: never, predicates: [], etag }))).toEqual([]);
    await controlPlane.close();
  });

  test.each([
    ['"facts-2"', 2],
    ['W/"facts-1"', 1],
    [undefined, 1],
  ])(
    'are asked for again without the tag when a cache says that other ones are not modified: %s',
    async (named, asked) => {
      await using cloud = await startFakeCloud({ facts: FACTS });
      const controlPlane = connect(cloud.url);
      cloud.script('/api/facts', { status: 304, headers: { etag: named }, body: '' });
      const answer = await controlPlane.facts({ signal: never, predicates: [], etag: '"facts-1"' });
      expect(answer === 'not-modified' ? answer : await collect(answer)).toEqual(asked === 2 ? FACTS : 'not-modified');
      const tags = cloud.requests.map(({ headers }) => headers.get('if-none-match'));
      expect(tags).toEqual(asked === 2 ? ['"facts-1"', undefined] : ['"facts-1"']);
      await controlPlane.close();
    },
  );

  test('are not asked for by an entity tag that could break the request', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS });
    const controlPlane = connect(cloud.url);
    for (const etag of ['"a"\r\nx: y', 'unquoted', `"${'a'.repeat(300)}"`, '']) {
      expect(await collect(await controlPlane.facts({ signal: never, predicates: [], etag }))).toEqual(FACTS);
    }
    expect(cloud.requests.some(({ headers }) => headers.has('if-none-match'))).toBe(false);
    await controlPlane.close();
  });

  test('have Integers in the form in which they are asked for', async () => {
    await using cloud = await startFakeCloud();
    const asSent = ['7', '007', '+7', '-0', '-9223372036854775808', '9223372036854775808', 'seven'];
    const facts = asSent.map((id) => ({
      predicate: 'limit',
      args: [
        { type: 'Integer', id },
        { type: 'String', id },
      ],
    }));
    cloud.script('/api/facts', { body: JSON.stringify(facts) });
    const controlPlane = connect(cloud.url);
    const ids = (await listAll(controlPlane)).map(({ args }) => args.map(({ id }) => id));
    const kept = ['7', '7', '7', '0', '-9223372036854775808', '9223372036854775808', 'seven'];
    expect(ids).toEqual(kept.map((id, at) => [id, asSent[at]]));
    await controlPlane.close();
  });

  test('keep nothing of keys that the API does not promise', async () => {
    await using cloud = await startFakeCloud();
    const body = '[{"id":7,"predicate":"p","args":[{"type":"T","id":"a","name":{"x":[]}}],"__proto__":{"args":1}}]';
    cloud.script('/api/facts', { body });
    const controlPlane = connect(cloud.url);
    expect(await listAll(controlPlane)).toEqual([{ predicate: 'p', args: [{ type: 'T', id: 'a' }] }]);
    await controlPlane.close();
  });

  test.each([
    ['7', 'a fact is an object'],
    ['null', 'a fact is an object'],
    ['{"args":[]}', '`predicate` is a text'],
    ['{"predicate":"","args":[]}', 'the predicate of a fact is empty'],
    ['{"predicate":"p"}', '`args` is a list'],
    ['{"predicate":"p","args":{}}', '`args` is a list'],
    ['{"predicate":"p","args":[null]}', 'an argument is an object'],
    ['{"predicate":"p","args":["a"]}', 'an argument is an object'],
    ['{"predicate":"p","args":[{"id":"a"}]}', 'the `type` of an argument is a text'],
    ['{"predicate":"p","args":[{"type":"T","id":7}]}', 'the `id` of an argument is a text'],
    ['{"predicate":"p","args":[{"type":"T","id":""}]}', 'the id of a fact is empty'],
    ['{"predicate":"p","args":[{"type":"T","id":null}]}', 'the `id` of an argument is a text'],
    ['{"predicate":"p","args":[{"type":"","id":"a"}]}', 'the type of a fact is empty'],
    ['{"predicate":"p","args":[{"type":"T","id":"\\ud800"}]}', 'the id `\ufffd` of a fact is not well-formed Unicode'],
  ])('%s is no fact', async (element, reason) => {
    await using cloud = await startFakeCloud();
    cloud.script('/api/facts', { body: `[{"predicate":"p","args":[]},${element}]` });
    const controlPlane = connect(cloud.url);
    const error = await failureOf(listAll(controlPlane));
    expect([error.code, error.message]).toEqual([
      'CONTROL_PLANE_MALFORMED',
      `the answer of the control plane holds a wrong element, number 2: ${reason} (byte 29)`,
    ]);
    await controlPlane.close();
  });

  test('with six arguments are refused', async () => {
    await using cloud = await startFakeCloud();
    const args = Array.from({ length: 6 }, () => ({ type: 'T', id: 'a' }));
    cloud.script('/api/facts', { body: JSON.stringify([{ predicate: 'p', args }]) });
    const controlPlane = connect(cloud.url);
    const error = await failureOf(listAll(controlPlane));
    expect(error.message).toContain('a fact has at most 5 arguments, `p` has 6');
    await controlPlane.close();
  });
});

describe('accounts that may not list everything', () => {
  test.each([400, 403, 413, 422])('are asked predicate by predicate after a %d, as one stream', async (status) => {
    await using cloud = await startFakeCloud({ facts: [...FACTS, { predicate: 'unused', args: [] }] });
    cloud.script('/api/facts', { status });
    const controlPlane = connect(cloud.url);
    const facts = await listAll(controlPlane, ['is_public', 'has role&x', 'has_role', 'is_public']);
    expect(facts).toEqual([isPublic('anvil'), roleOf('ann'), roleOf('bob', 'owner')]);
    expect(cloud.requests.map(({ query }) => query.get('predicate'))).toEqual([
      null,
      'is_public',
      'has role&x',
      'has_role',
    ]);
    await controlPlane.close();
  });

  test('report bytes that only grow', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS, refusesWholeListing: true });
    const controlPlane = connect(cloud.url);
    const seen: number[] = [];
    const onBytes = (received: number) => seen.push(received);
    await collect(await controlPlane.facts({ signal: never, predicates: ['has_role', 'is_public'], onBytes }));
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBe(JSON.stringify(FACTS).length + 1);
    await controlPlane.close();
  });

  test('are told the refusal when no predicate is known', async () => {
    await using cloud = await startFakeCloud({ refusesWholeListing: true });
    const controlPlane = connect(cloud.url);
    const error = await failureOf(listAll(controlPlane, []));
    expect([error.code, error.message]).toEqual([
      'CONTROL_PLANE_REFUSED',
      'GET /api/facts was answered with status 400: `more than 1000 results`',
    ]);
    await controlPlane.close();
  });

  test('fail as a whole when one listing fails', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS });
    cloud.script('/api/facts', { status: 400 }, {}, { status: 400, body: '{"message":"more than 1000 results"}' });
    const controlPlane = connect(cloud.url);
    const error = await failureOf(listAll(controlPlane, ['has_role', 'is_public']));
    expect([error.code, error.message]).toEqual([
      'CONTROL_PLANE_REFUSED',
      'GET /api/facts was answered with status 400: `more than 1000 results`',
    ]);
    await controlPlane.close();
  });

  test('fail when the filter is ignored', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS });
    cloud.script('/api/facts', { status: 400 }, { body: JSON.stringify(FACTS) });
    const controlPlane = connect(cloud.url);
    const error = await failureOf(listAll(controlPlane, ['has_role']));
    expect([error.code, error.message]).toEqual([
      'CONTROL_PLANE_MALFORMED',
      'the list of facts of `has_role` holds one of `is_public`',
    ]);
    await controlPlane.close();
  });
});

/** A policy that is null, beside lists in each other. */
function nested(levels: number): string {
  return `{"policy":null,"x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
}
