import { expect, test } from 'vitest';
import { tlsIdentity } from '../../src/cli/tls-identity.ts';
import { SELF_SIGNED } from '../support/self-signed.ts';

const KEY = Buffer.from(SELF_SIGNED.key);

test('a certificate with its key, and whatever chain is behind it, is taken', () => {
  const cert = Buffer.from(`${SELF_SIGNED.cert}\n${SELF_SIGNED.cert}\n`);
  expect(tlsIdentity([cert, KEY])).toEqual({ cert, key: KEY });
});

test('half of a chain is refused with a reason, and is no bug of ours', () => {
  const half = SELF_SIGNED.cert.slice(0, SELF_SIGNED.cert.length / 2);
  const cert = Buffer.from(`${SELF_SIGNED.cert}\n${half}`);
  expect(() => tlsIdentity([cert, KEY])).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/^`OSO_TLS_CERT` cannot be served: [a-z ]+$/),
    }),
  );
});

test('neither a certificate nor a key is refused', () => {
  expect(() => tlsIdentity([Buffer.from('half'), KEY])).toThrow('must be a certificate and its key as PEM');
  expect(() => tlsIdentity([Buffer.from(SELF_SIGNED.cert), Buffer.of()])).toThrow('must be a certificate and its key');
});
