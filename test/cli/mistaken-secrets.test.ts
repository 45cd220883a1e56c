import { expect, test } from 'vitest';
import { SELF_SIGNED } from '../support/self-signed.ts';
import { openWorkplace } from './support/workplace.ts';

/** Secrets where they do not belong. Errors are read by more people than made the mistake. */

const KEY = 'e_env1_7_canarykeyofaclient';
const PEM = SELF_SIGNED.key;
const PEM_WORDS = 'mOK9Ibq6i0xmNG7050em2aJpVLChRANCAARvPV2Walk350crkanKROKSnx';

test.each<[string, readonly string[], Readonly<Record<string, string>>, string]>([
  [
    'a TLS key instead of the path of its file',
    ['serve'],
    { OSO_TLS_CERT: 'cert.pem', OSO_TLS_KEY: PEM },
    '`OSO_TLS_KEY` must be the path of a file, not what is in it',
  ],
  [
    'the same in one line, as an env file has it',
    ['serve'],
    { OSO_TLS_CERT: 'cert.pem', OSO_TLS_KEY: PEM.replaceAll('\n', '\\n') },
    '`OSO_TLS_KEY` must be the path of a file, not what is in it',
  ],
  [
    'the same in Base64, as a secret store gives it',
    ['serve', '--tls-cert', 'cert.pem', '--tls-key', Buffer.from(PEM).toString('base64')],
    {},
    '`--tls-key` must be the path of a file, not what is in it',
  ],
  [
    'a key of a client instead of the file with its digest',
    ['serve'],
    { OSO_CLIENT_KEYS_FILE: KEY },
    '`OSO_CLIENT_KEYS_FILE`: cannot read `[secret]`: no such file or directory',
  ],
  [
    'a key in place of an id, which status and snapshots show,',
    ['export', 'a.snapshot'],
    { OSO_TENANT: KEY },
    '`OSO_TENANT` must be an id, not an API key',
  ],
  [
    'a key for a misspelt flag',
    ['export', `--api-tokn=${KEY.slice(-10)}`, 'a.snapshot'],
    {},
    'unknown option `--api-tokn`',
  ],
  ['a TLS key for a misspelt flag', ['serve', `--tls-kye=${PEM}`], {}, 'unknown option `--tls-kye`'],
  [
    'a key in place of a number',
    ['serve'],
    { OSO_PORT: KEY },
    '`OSO_PORT` must be a whole number from 0 to 65535, not `[secret]`',
  ],
  [
    'a URL with a key in its query',
    ['export', 'a.snapshot'],
    { OSO_URL: 'https://api.osohq.com/?key=canarykeyofaclient' },
    '`OSO_URL` must have no query and no fragment',
  ],
  [
    'a URL with a password and without a scheme',
    ['status', '--url', 'someone:canarykeyofaclient@node:8080'],
    {},
    '`--url` must be a URL that starts with `https://` or `http://`',
  ],
])('%s is in no message', async (_, args, env, message) => {
  await using place = await openWorkplace();
  const { code, stdout, stderr } = await place.run([...args, '--json'], env);
  expect({ code, message: JSON.parse(stdout).error.message }).toEqual({ code: 2, message });
  for (const secret of [KEY.slice(-10), PEM_WORDS, Buffer.from(PEM_WORDS).toString('base64').slice(4, 60)]) {
    expect(stdout + stderr).not.toContain(secret);
  }
});
