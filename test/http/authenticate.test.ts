import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthenticate, parseKeyDigests } from '../../src/http/authenticate.ts';
import { startServer } from './support/running-server.ts';

const KEY = 'e_env1_key_secret';
const digestOf = (key: string) => createHash('sha256').update(key).digest('hex');

test.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  `Basic ${KEY}`,
  `Bearer${KEY}`,
  `Bearer ${KEY} ${KEY}`,
  `Bearer é${KEY}`,
  `Bearer ${'x'.repeat(2_000)}`,
])('%j is no key', (header) => {
  const authenticate = createAuthenticate({ kind: 'environment', environment: 'env1', ownToken: undefined });
  expect(() => authenticate(header)).toThrow(
    expect.objectContaining({
      code: 'REQUEST_UNAUTHORIZED',
      message: 'no API key: send `Authorization: Bearer <key>`',
    }),
  );
});

test.each([
  ['a key of the environment', 'e_env1_key_other', true],
  ["the node's own token", 'own-token', true],
  ['a key of another environment', 'e_env2_key_secret', false],
  ['a key of an environment with a longer name', 'e_env11_key_secret', false],
  ['an environment without a key', 'e_env1_', false],
  ["a part of the node's own token", 'own-toke', false],
])('without a list, %s counts as it should', (_, key, accepted) => {
  const authenticate = createAuthenticate({ kind: 'environment', environment: 'env1', ownToken: 'own-token' });
  if (accepted) expect(authenticate(`bearer  ${key} `)).toBe(key);
  else expect(() => authenticate(`Bearer ${key}`)).toThrow('the API key is not accepted here');
});

test('with a list, exactly the listed keys are accepted', () => {
  const digests = parseKeyDigests(`# service a\n${digestOf('a')}\n\n${digestOf('b').toUpperCase()} # service b\r\n`);
  const authenticate = createAuthenticate({ kind: 'listed', digests });
  expect(authenticate('Bearer a')).toBe('a');
  expect(authenticate('Bearer a')).toBe('a');
  expect(authenticate('Bearer b')).toBe('b');
  expect(() => authenticate(`Bearer ${KEY}`)).toThrow('the API key is not accepted here');
  expect(() => authenticate(`Bearer ${digestOf('a')}`)).toThrow('the API key is not accepted here');
});

test('an empty list accepts nobody', () => {
  expect(() => createAuthenticate({ kind: 'listed', digests: [] })('Bearer a')).toThrow('not accepted');
});

const HOW = 'the line of a key is what `printf %s "$KEY" | sha256sum | cut -d" " -f1` prints';

test('a line that is no digest is named, and not shown', () => {
  expect(() => parseKeyDigests(`${digestOf('a')}\ne_env1_key_secret`)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: 'line 2 of the client keys file is not a SHA-256 in hex',
      hint: HOW,
    }),
  );
});

test.each(['', '\n \n', '# no key yet\n'])('the list %j lists no key, and is refused', (text) => {
  const message = 'the client keys file lists no key: every client would be refused';
  expect(() => parseKeyDigests(text)).toThrow(expect.objectContaining({ message, hint: HOW }));
});

test('many accepted keys are all still accepted', () => {
  const authenticate = createAuthenticate({ kind: 'environment', environment: 'env1', ownToken: undefined });
  for (let round = 0; round < 2; round += 1) {
    for (let index = 0; index < 600; index += 1) {
      expect(authenticate(`Bearer e_env1_${index}`)).toBe(`e_env1_${index}`);
    }
  }
});

test('a request without an accepted key is 401 before its body counts, and the key is not echoed', async () => {
  await using running = await startServer();
  const wrong = { authorization: 'Bearer e_other_key_verysecret' };
  const reply = await running.ask({ path: '/api/authorize', body: 'not JSON', headers: wrong });
  expect(reply).toMatchObject({ status: 401, json: { message: 'the API key is not accepted here' } });
  expect(reply.headers['content-type']).toBe('application/json');
  expect(reply.text).not.toContain('verysecret');
  expect(running.data.asked).toEqual([]);
});
