import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import { startFakeCloud } from '../support/fake-cloud.ts';
import type { FakeReply } from '../support/fake-reply.ts';
import { allClosed, BODY, FACTS, failUnder } from './fail-under.ts';
import { collect, connect, failureOf, listAll, never, PATIENT, QUICK, roleOf, TOKEN } from './support.ts';

describe('not what the API promises', () => {
  const code = 'CONTROL_PLANE_MALFORMED';
  const html = { 'content-type': 'text/html; charset=utf-8' };

  test('a login page', async () => {
    const error = await failUnder(
      { headers: html, body: '<html>' },
      { code, message: 'GET /api/facts was answered with content type `text/html; charset=utf-8`, not with JSON' },
    );
    expect(error.hint).toBe('check `OSO_URL`: a proxy, a login page or another service may be answering');
  });

  test('no content type, or a text in another encoding', async () => {
    await failUnder(
      { headers: { 'content-type': undefined } },
      { code, message: 'GET /api/facts was answered without a content type, not with JSON' },
    );
    const headers = { 'content-type': 'application/json; charset=latin1' };
    await failUnder({ headers }, { code, message: /with content type `application\/json; charset=latin1`/ });
  });

  test('an object instead of an array', async () => {
    const message = 'the answer of the control plane is not a JSON array (byte 0)';
    await failUnder({ body: '{"message":"no"}' }, { code, message });
  });

  test('an age that is none: nothing would be known of how old the data are', async () => {
    for (const age of ['-1', '7.5', 'old', '', '12345678901']) {
      const message = `GET /api/facts was answered with data of age \`${age}\`, which is not a number of seconds`;
      await failUnder({ headers: { 'oso-fallback-age': age } }, { code, message });
    }
  });

  test('compression that nobody asked for', async () => {
    const message = 'the answer of HOST is compressed although it was asked for as it is';
    for (const encoding of ['gzip', 'br', 'deflate, gzip']) {
      await failUnder({ headers: { 'content-encoding': encoding }, body: 'x' }, { code, message });
    }
  });

  test('`identity` is no compression', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS });
    const controlPlane = connect(cloud.url);
    cloud.script('/api/facts', { headers: { 'content-encoding': 'Identity' } });
    expect(await listAll(controlPlane)).toEqual(FACTS);
    await controlPlane.close();
  });

  test('headers without end', async () => {
    const message = 'HOST sent response headers that are too large (UND_ERR_HEADERS_OVERFLOW)';
    await failUnder({ headers: { 'x-long': 'a'.repeat(1_000_000) } }, { code, message });
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`x-${at}`, 'v']));
    await failUnder({ headers: many }, { code, message: 'the answer of HOST has more than 200 headers' });
  });

  test('something else than HTTP', async () => {
    const message = /^HOST did not answer in HTTP \(HPE_INVALID\)$/;
    await failUnder({ raw: 'SSH-2.0-OpenSSH_9.2\r\n' }, { code, message });
  });

  test.each(['content-length: 2\r\ncontent-length: 3', 'content-length: 3\r\ntransfer-encoding: chunked'])(
    'two lengths: %j',
    async (framing) => {
      const raw = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${framing}\r\n\r\n2\r\n[]\r\n0\r\n\r\n`;
      const message = /^HOST did not answer in HTTP \([A-Z_]+\)$/;
      await failUnder({ raw }, { code, message });
    },
  );

  test.each([201, 202, 204, 206])('status %d', async (status) => {
    await failUnder(
      { status },
      { code, message: `GET /api/facts was answered with status ${status} where 200 is expected` },
    );
  });

  test('304 although no entity tag was sent', async () => {
    const message = 'GET /api/facts was answered with status 304, although no `If-None-Match` was sent';
    await failUnder({ status: 304 }, { code, message });
  });
});

describe('endless', () => {
  const limits = { ...PATIENT, maxFactsBytes: 1_000_000, maxPolicyBytes: 100_000 };

  function* forever(): Generator<string> {
    yield `[${JSON.stringify(roleOf('ann'))}`;
    for (;;) yield `,${JSON.stringify(roleOf('bob'))}`.repeat(100);
  }

  test('facts end at their limit', async () => {
    await using cloud = await startFakeCloud();
    cloud.script('/api/facts', { body: forever() });
    const controlPlane = connect(cloud.url, { limits });
    let received = 0;
    const download = await controlPlane.facts({
      signal: never,
      predicates: [],
      onBytes: (bytes) => (received = bytes),
    });
    const error = await failureOf(collect(download));
    expect([error.code, error.message]).toEqual([
      'CONTROL_PLANE_MALFORMED',
      `the answer of 127.0.0.1:${cloud.port} is longer than the limit of 1000000 bytes`,
    ]);
    expect(received).toBeLessThanOrEqual(1_000_000);
    await controlPlane.close();
    await allClosed(cloud);
  });

  test('a length beyond the limit is refused before the first byte', async () => {
    await using cloud = await startFakeCloud();
    const controlPlane = connect(cloud.url, { limits });
    cloud.script('/api/facts', { body: '[]', announcedLength: 10_000_000_000_000 });
    cloud.script('/api/policy', { body: '{}', announcedLength: 100_001 });
    const facts = await failureOf(controlPlane.facts({ signal: never, predicates: [] }));
    expect(facts.message).toContain('announces 10000000000000 bytes, more than the limit of 1000000');
    const policy = await failureOf(controlPlane.policy({ signal: never }));
    expect(policy.message).toContain('announces 100001 bytes, more than the limit of 100000');
    await controlPlane.close();
    await allClosed(cloud);
  });

  test('the body of an error is not read to its end', async () => {
    await using cloud = await startFakeCloud();
    const controlPlane = connect(cloud.url, { limits });
    cloud.script('/api/facts', { status: 500, framing: 'chunked', body: forever() });
    const error = await failureOf(listAll(controlPlane));
    expect([error.code, error.message]).toEqual([
      'CONTROL_PLANE_FAILED',
      'GET /api/facts was answered with status 500',
    ]);
    await controlPlane.close();
    await allClosed(cloud);
  });
});

describe('refusals', () => {
  test.each([
    [401, 'CONTROL_PLANE_UNAUTHORIZED'],
    [403, 'CONTROL_PLANE_UNAUTHORIZED'],
    [404, 'CONTROL_PLANE_NOT_FOUND'],
    [410, 'CONTROL_PLANE_NOT_FOUND'],
    [429, 'CONTROL_PLANE_THROTTLED'],
    [400, 'CONTROL_PLANE_REFUSED'],
    [407, 'CONTROL_PLANE_REFUSED'],
    [418, 'CONTROL_PLANE_REFUSED'],
    [408, 'CONTROL_PLANE_FAILED'],
    [500, 'CONTROL_PLANE_FAILED'],
    [502, 'CONTROL_PLANE_FAILED'],
    [503, 'CONTROL_PLANE_FAILED'],
    [504, 'CONTROL_PLANE_FAILED'],
  ] as const)('status %d is %s', async (status, code) => {
    const message = `GET /api/facts was answered with status ${status}: \`try later\``;
    const error = await failUnder({ status, body: '{"message":"try later"}' }, { code, message });
    expect(error.cause).toEqual({ status, retryAfterMs: undefined, requestId: 'fake-request' });
  });

  test('the hint for a refused token says which token', async () => {
    const error = await failUnder({ status: 401 }, { code: 'CONTROL_PLANE_UNAUTHORIZED', message: /401/ });
    expect(error.hint).toBe(
      'check `OSO_API_TOKEN`: it must be a key of this environment that is not revoked; a read-only key is enough',
    );
  });

  test.each([429, 503])('%d with Retry-After tells the delay', async (status) => {
    await using cloud = await startFakeCloud();
    const controlPlane = connect(cloud.url);
    cloud.script('/api/policy', { status, headers: { 'retry-after': '120' } });
    const error = await failureOf(controlPlane.policy({ signal: never }));
    expect(error.cause).toMatchObject({ retryAfterMs: 120_000 });
    await controlPlane.close();
  });

  test.each([
    [401, 'CONTROL_PLANE_UNAUTHORIZED'],
    [404, 'CONTROL_PLANE_NOT_FOUND'],
    [429, 'CONTROL_PLANE_THROTTLED'],
    [503, 'CONTROL_PLANE_FAILED'],
  ] as const)('status %d stays %s when its body is compressed, or announced to be huge', async (status, code) => {
    const body = gzipSync('{"message":"try later"}');
    const message = `GET /api/facts was answered with status ${status}`;
    const headers = { 'content-encoding': 'gzip', 'retry-after': '120' };
    const error = await failUnder({ status, headers, body }, { code, message });
    expect(error.cause).toMatchObject({ status, retryAfterMs: 120_000 });
    await failUnder({ status, body: '{', announcedLength: 10_000_000_000_000 }, { code, message });
  });

  test.each(['<html>Bad gateway</html>', '', '{"error":"x"}', '{"message":7}', '{"message":""}', '\xff'])(
    'a body without a message (%j) leaves the status',
    async (body) => {
      await failUnder(
        { status: 502, body },
        { code: 'CONTROL_PLANE_FAILED', message: 'GET /api/facts was answered with status 502' },
      );
    },
  );

  test('a message of the server is one short line without control characters', async () => {
    const body = JSON.stringify({ message: `\u001b[31mred\r\nline \`two\`\u202e${'x'.repeat(400)}` });
    const message = `GET /api/facts was answered with status 500: \`[31mred line 'two' ${'x'.repeat(181)}…\``;
    await failUnder({ status: 500, body }, { code: 'CONTROL_PLANE_FAILED', message });
  });

  test('a stalled error is still that error', async () => {
    const reply: FakeReply = { status: 503, body: '{"message":"x"}', stallAfter: 3 };
    await failUnder(
      reply,
      { code: 'CONTROL_PLANE_FAILED', message: 'GET /api/facts was answered with status 503' },
      { ...PATIENT, idleMs: 250 },
    );
  });

  test('an aborted wait for the message of an error ends with the reason of the abort', async () => {
    await using cloud = await startFakeCloud();
    const controlPlane = connect(cloud.url);
    const interruption = new AbortController();
    cloud.script('/api/policy', { status: 503, body: '{"message":"x"}', stallAfter: 3 });
    const reading = failureOf(controlPlane.policy({ signal: interruption.signal }));
    await expect.poll(() => cloud.requests.length, { interval: 2 }).toBe(1);
    interruption.abort(new OsoError('INTERRUPTED', 'stop'));
    expect((await reading).code).toBe('INTERRUPTED');
    await controlPlane.close();
  });
});

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])('%d is refused, and the token goes nowhere', async (status) => {
    await using other = await startFakeCloud();
    const location = `${other.url}/api/facts?key=canary`;
    const error = await failUnder(
      { status, headers: { location }, body: '' },
      {
        code: 'CONTROL_PLANE_REFUSED',
        message: `GET /api/facts was answered with status ${status}, a redirect to \`${other.url}\``,
      },
    );
    expect(error.hint).toContain('set `OSO_URL` to the final address');
    expect(other.requests).toEqual([]);
  });

  test('credentials in the target are not repeated', async () => {
    const headers = { location: 'https://canary:canary@example.org/canary' };
    const message = /, a redirect to `https:\/\/example\.org`$/;
    await failUnder({ status: 302, headers, body: '' }, { code: 'CONTROL_PLANE_REFUSED', message });
  });

  test('a target that is no URL is not repeated', async () => {
    const message = 'GET /api/facts was answered with status 302';
    await failUnder(
      { status: 302, headers: { location: '/login' }, body: '' },
      { code: 'CONTROL_PLANE_REFUSED', message },
    );
  });
});

describe('the token', () => {
  const secretPart = TOKEN.slice(TOKEN.lastIndexOf('_') + 1);

  test.each([TOKEN, secretPart, `Bearer ${TOKEN}`])('is cut out of a message that repeats it: %s', async (echoed) => {
    const body = JSON.stringify({ message: `bad key ${echoed}!` });
    const headers = { 'x-request-id': TOKEN };
    const error = await failUnder(
      { status: 401, body, headers },
      { code: 'CONTROL_PLANE_UNAUTHORIZED', message: /\[secret\]!/ },
    );
    expect(error.cause).toMatchObject({ requestId: '[secret]' });
  });

  test('is in no error of a connection', async () => {
    const replies: FakeReply[] = [
      { raw: '' },
      { raw: TOKEN },
      { isSilent: true },
      { body: BODY, framing: 'length', resetAfter: 9 },
    ];
    for (const reply of replies) {
      await using cloud = await startFakeCloud();
      cloud.script('/api/facts', reply);
      const controlPlane = connect(cloud.url, { limits: QUICK });
      const error = await failureOf(listAll(controlPlane));
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
      expect(inspect(controlPlane, { depth: 10, showHidden: true })).not.toContain('canary');
      await controlPlane.close();
    }
  });
});
