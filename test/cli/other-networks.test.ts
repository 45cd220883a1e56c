import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import * as certificates from '../support/certificates.ts';
import { type FakeCloudOptions, startFakeCloud } from '../support/fake-cloud.ts';
import { serving } from './support/running-node.ts';
import { openWorkplace, POLICY, reader, TOKEN } from './support/workplace.ts';

const { AUTHORITY, EXPIRED, GOOD, INTERMEDIATE, KEY, OF_ANOTHER_HOST, SECOND_HAND } = certificates;

async function openTrusted(tls: FakeCloudOptions['tls']) {
  const cloud = await startFakeCloud({ policy: POLICY, facts: [reader('ann')], token: TOKEN, tls });
  const place = await openWorkplace();
  place.write('authority.pem', AUTHORITY);
  const env = { OSO_URL: cloud.url, NODE_EXTRA_CA_CERTS: 'authority.pem', NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  return {
    cloud,
    place,
    env,
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await cloud[Symbol.asyncDispose]();
    },
  };
}

test.each([
  ['of another host', OF_ANOTHER_HOST, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['that has expired', EXPIRED, 'CERT_HAS_EXPIRED'],
  ['without the one between', SECOND_HAND, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
])('a certificate %s is refused, and nothing is asked', async (_, cert, code) => {
  await using trusted = await openTrusted({ key: KEY, cert });
  const { place, cloud, env } = trusted;
  const result = await place.run(['export', 'a.snapshot'], env);
  expect(result).toMatchObject({ code: 4, stdout: '' });
  const where = `127.0.0.1:${cloud.port}`;
  expect(result.stderr).toContain(`CONTROL_PLANE_UNREACHABLE: no trusted TLS connection to ${where} (${code})\nhint: `);
  expect(readdirSync(place.path)).toEqual(['authority.pem']);
  expect(cloud.requests).toEqual([]);
});

test('a chain that ends with an authority of NODE_EXTRA_CA_CERTS is trusted, by a node too', async () => {
  await using trusted = await openTrusted({ key: KEY, cert: SECOND_HAND + INTERMEDIATE });
  const { place, env } = trusted;
  expect(await place.run(['export', 'a.snapshot'], env)).toMatchObject({ code: 0 });
  expect((await serving(place.start(['serve', '--json'], env))).origin).toBe('live');
});

test('TLS 1.1 is refused, whatever Node.js is told', async () => {
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  await using trusted = await openTrusted({ key: KEY, cert: GOOD, ...old });
  const { place, cloud, env } = trusted;
  const NODE_OPTIONS = '--tls-min-v1.0 --tls-cipher-list=DEFAULT@SECLEVEL=0';
  const result = await place.run(['export', 'a.snapshot'], { ...env, NODE_OPTIONS });
  expect(result.code).toBe(4);
  expect(result.stderr).toMatch(/CONTROL_PLANE_UNREACHABLE: no trusted TLS connection to \S+ \(ERR_SSL_\w+\)\nhint: /);
  expect(cloud.requests).toEqual([]);
});

test('variables that name a proxy or a collector of metrics are not heeded', async () => {
  await using place = await openWorkplace();
  let connections = 0;
  const other = createServer((socket) => {
    connections += 1;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
  const env = Object.fromEntries([...names, ...names.map((name) => name.toLowerCase())].map((name) => [name, url]));
  expect(await place.run(['export', 'a.snapshot'], { ...env, NODE_USE_ENV_PROXY: '1' })).toMatchObject({ code: 0 });
  const node = place.start(['serve', '--json'], { ...env, NODE_USE_ENV_PROXY: '1' });
  const { url: ours, origin } = await serving(node);
  expect(origin).toBe('live');
  const status = await place.run(['status'], { ...env, OSO_PORT: new URL(ours).port });
  expect(status.stdout).toContain('state        serving\n');
  expect(connections).toBe(0);
  other.close();
});
