import { expect, test } from 'vitest';
import { localAddress } from '../../src/cli/node-address.ts';

test.each([
  [undefined, 'http://127.0.0.1:8080'],
  ['0.0.0.0', 'http://127.0.0.1:8080'],
  ['::', 'http://127.0.0.1:8080'],
  ['10.1.2.3', 'http://10.1.2.3:8080'],
  ['::1', 'http://[::1]:8080'],
])('a node that listens on %s is looked for where it listens', async (host, url) => {
  expect(await localAddress({ host, port: 8080, tlsCert: undefined })).toEqual({ url });
});

test.each([
  ['/nowhere/cert.pem', 'cannot read `/nowhere/cert.pem`: no such file or directory'],
  [import.meta.filename, `\`${import.meta.filename}\` is no certificate as PEM`],
])('one with a certificate over TLS, and why that is not known: %s', async (tlsCert, unknown) => {
  expect(await localAddress({ host: '::1', port: 1, tlsCert })).toEqual({ url: 'https://[::1]:1', unknown });
});
