import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { ClientAccess } from '../../src/workers/client-access.ts';

const digestOf = (key: string) => Buffer.from(createHash('sha256').update(key).digest('hex'));
const bearer = (key: string) => `Bearer ${key}`;

function accepts(access: ClientAccess, ...keys: readonly string[]) {
  return keys.filter((key) => {
    try {
      return access.authenticate(bearer(key)) === key;
    } catch {
      return false;
    }
  });
}

test('keys of the environment that is served are accepted, and the own token', () => {
  const access = new ClientAccess({ clientKeys: undefined, ownToken: 'own', environment: 'a' });
  const keys = ['e_a_1_x', 'e_b_1_x', 'own', 'other'];
  expect(accepts(access, ...keys)).toEqual(['e_a_1_x', 'own']);
  access.serves('b');
  expect(accepts(access, ...keys)).toEqual(['e_b_1_x', 'own']);
});

test('a list is all that counts, also when other data are served, until another list does', () => {
  const access = new ClientAccess({ clientKeys: digestOf('one'), ownToken: 'own', environment: 'a' });
  const keys = ['e_a_1_x', 'own', 'one', 'two'];
  expect(accepts(access, ...keys)).toEqual(['one']);
  access.serves('a');
  expect(accepts(access, ...keys)).toEqual(['one']);
  access.use(digestOf('two'));
  expect(accepts(access, ...keys)).toEqual(['two']);
});

test('a list that makes no sense changes nothing', () => {
  const access = new ClientAccess({ clientKeys: digestOf('one'), ownToken: undefined, environment: undefined });
  expect(() => access.use(Buffer.from('nonsense'))).toThrow('line 1 of the client keys file is not a SHA-256 in hex');
  expect(accepts(access, 'one', 'two')).toEqual(['one']);
});
