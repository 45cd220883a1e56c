import { createHash } from 'node:crypto';
import { renameSync } from 'node:fs';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SELF_SIGNED } from '../support/self-signed.ts';
import { ask, end, serving, statusOf, until } from './support/running-node.ts';
import { jsonOf, openWorkplace } from './support/workplace.ts';

const digest = (key: string) => createHash('sha256').update(key).digest('hex');

describe('files that are watched', () => {
  test('do not keep a node from ending whose start failed', async () => {
    await using place = await openWorkplace();
    place.write('keys', digest('any'));
    const watching = { OSO_CLIENT_KEYS_FILE: 'keys' };
    const nothing = place.start(['serve', '--offline'], watching);
    expect(await nothing.ended).toMatchObject({ code: 4 });
    const first = place.start(['serve', '--json']);
    const port = new URL((await serving(first)).url).port;
    const taken = place.start(['serve', '--directory', 'other'], { ...watching, OSO_PORT: port });
    expect(await taken.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^PORT_UNAVAILABLE: /) });
  });
});

describe('files that change', () => {
  test('client keys are read again, and a file that makes no sense changes nothing', async () => {
    await using place = await openWorkplace();
    place.write('keys', digest('old'));
    const node = place.start(['serve', '--json'], { OSO_CLIENT_KEYS_FILE: 'keys' });
    const { url } = await serving(node);
    expect((await ask(url, '/api/policy', { key: 'old' })).status).toBe(200);
    place.write('keys', 'nonsense');
    node.kill('SIGHUP');
    const { alarms } = await until(
      () => statusOf(url),
      (status) => status.alarms.length > 0,
    );
    expect(alarms).toMatchObject([
      { kind: 'reload', message: expect.stringContaining('line 1 of the client keys file is not a SHA-256') },
    ]);
    expect((await ask(url, '/api/policy', { key: 'old' })).status).toBe(200);
    place.write('keys.next', digest('new'));
    renameSync(join(place.path, 'keys.next'), join(place.path, 'keys'));
    node.kill('SIGHUP');
    await until(
      () => ask(url, '/api/policy', { key: 'new' }),
      ({ status }) => status === 200,
    );
    // Each thread learns of it in its own time.
    await until(
      () => ask(url, '/api/policy', { key: 'old' }),
      ({ status }) => status === 401,
    );
    expect((await statusOf(url)).alarms).toEqual([]);
  });

  test('client keys that are gone all at once are no list: the old ones stay, and an alarm says so', async () => {
    await using place = await openWorkplace();
    place.write('keys', digest('old'));
    const node = place.start(['serve', '--json'], { OSO_CLIENT_KEYS_FILE: 'keys' });
    const { url } = await serving(node);
    place.write('keys', '# of service a\n\n');
    node.kill('SIGHUP');
    const { alarms } = await until(
      () => statusOf(url),
      (status) => status.alarms.length > 0,
    );
    expect(alarms).toMatchObject([
      { kind: 'reload', message: expect.stringContaining('client keys file lists no key') },
    ]);
    expect((await ask(url, '/api/policy', { key: 'old' })).status).toBe(200);
  });

  test('TLS: the node speaks it, its own commands trust it, and half a pair is refused', async () => {
    await using place = await openWorkplace();
    place.write('cert.pem', SELF_SIGNED.cert);
    place.write('key.pem', SELF_SIGNED.key);
    const tls = { OSO_TLS_CERT: 'cert.pem', OSO_TLS_KEY: 'key.pem' };
    const node = place.start(['serve', '--json'], tls);
    const { url } = await serving(node);
    expect(url).toMatch(/^https:\/\//);
    expect(await getTls(url)).toBe(200);
    const status = await place.run(['status', '--json'], { ...tls, OSO_PORT: new URL(url).port });
    expect(jsonOf(status)).toMatchObject({ state: 'serving' });
    place.write('cert.pem', 'half');
    node.kill('SIGHUP');
    await until(
      async () =>
        jsonOf(
          await place.run(['status', '--json'], {
            ...tls,
            OSO_TLS_CERT: place.write('ca.pem', SELF_SIGNED.cert),
            OSO_PORT: new URL(url).port,
          }),
        ),
      (now) => now.alarms?.length > 0,
    );
    expect(await getTls(url)).toBe(200);
    await end(node);
    const half = await place.run(['serve', '--json'], { OSO_TLS_CERT: 'cert.pem' });
    expect(half.code).toBe(2);
    expect(half.stderr).toBe('CONFIG_INVALID: `OSO_TLS_CERT` needs `OSO_TLS_KEY`\n');
    const wrong = await place.run(['serve', '--json'], tls);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/must be a certificate and its key as PEM\n$/);
  });

  test('trouble with one of them is not over because another one was replaced', async () => {
    await using place = await openWorkplace();
    place.write('keys', digest('old'));
    place.write('cert.pem', SELF_SIGNED.cert);
    place.write('key.pem', SELF_SIGNED.key);
    const tls = { OSO_TLS_CERT: 'cert.pem', OSO_TLS_KEY: 'key.pem' };
    const node = place.start(['serve', '--json'], { ...tls, OSO_CLIENT_KEYS_FILE: 'keys', OSO_LOG_LEVEL: 'warn' });
    const { url } = await serving(node);
    place.write('keys', 'nonsense');
    node.kill('SIGHUP');
    await node.said('line 1 of the client keys file');
    place.write('cert.pem', `${SELF_SIGNED.cert}\n`);
    node.kill('SIGHUP');
    await node.said('a changed file is in use');
    const { port: OSO_PORT } = new URL(url);
    expect(jsonOf(await place.run(['status', '--json'], { ...tls, OSO_PORT })).alarms).toMatchObject([
      { kind: 'reload', message: expect.stringContaining('line 1 of the client keys file') },
    ]);
    place.write('keys', digest('old'));
    node.kill('SIGHUP');
    await node.said('an alarm is over');
  });
});

function getTls(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = requestHttps(`${url}/livez`, { ca: SELF_SIGNED.cert, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}
