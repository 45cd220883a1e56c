import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { environmentOfToken, readConfig } from '../../src/config/read-config.ts';

const TOKEN = 'e_env1_123_canarysecret';
const ENV = { OSO_API_TOKEN: TOKEN, OSO_ENVIRONMENT: 'env1', OSO_TENANT: 'ten1' };

type Input = Partial<Parameters<typeof readConfig>[0]>;

function settings(input: Input) {
  const read = readConfig({ flags: {}, env: {}, needsControlPlane: false, ...input });
  if (!read.ok) throw new Error(messages(input).join('; '));
  return read.config.settings;
}

function problems(input: Input) {
  const read = readConfig({ flags: {}, env: {}, needsControlPlane: false, ...input });
  return read.ok ? [] : read.problems;
}

function messages(input: Input): string[] {
  return problems(input).map(({ message }) => message);
}

describe('defaults', () => {
  test('are those of the documentation', () => {
    expect(settings({})).toEqual({
      apiToken: undefined,
      environment: undefined,
      tenant: undefined,
      clientId: undefined,
      port: 8080,
      host: undefined,
      directory: './.oso',
      logLevel: 'error',
      disableTelemetry: false,
      disableErrorLogging: false,
      url: 'https://api.osohq.com',
      sqlDialect: 'postgresql',
      syncIntervalMs: 1_800_000,
      liveTimeoutMs: 10_000,
      wait: false,
      drainMs: 15_000,
      maxAgeWarnMs: 7_200_000,
      maxAgeMs: 86_400_000,
      onStale: 'serve',
      maxShrink: undefined,
      allowOlder: false,
      allowEnvironment: false,
      keepGenerations: 3,
      clientKeysFile: undefined,
      tlsCert: undefined,
      tlsKey: undefined,
      workers: undefined,
      maxConnections: 2_000,
      maxInFlight: 1_000,
      maxBodyMib: 32,
      maxReplyMib: undefined,
      questionTimeoutMs: 2_000,
    });
  });

  test('hold for an empty variable too', () => {
    expect(settings({ env: { OSO_PORT: '', OSO_URL: '' } })).toMatchObject({
      port: 8080,
      url: 'https://api.osohq.com',
    });
  });

  test('cannot be changed afterwards', () => {
    expect(Object.isFrozen(settings({}))).toBe(true);
  });
});

describe('precedence', () => {
  test('a flag wins over its variable', () => {
    expect(settings({ flags: { port: '9000' }, env: { OSO_PORT: '9001' } }).port).toBe(9000);
    expect(settings({ flags: { wait: false }, env: { OSO_WAIT: 'true' } }).wait).toBe(false);
  });

  test('a good flag hides a bad variable', () => {
    expect(settings({ flags: { port: '9000' }, env: { OSO_PORT: 'x' } }).port).toBe(9000);
  });

  test('an empty flag is a value, and a wrong one', () => {
    expect(messages({ flags: { port: '' } })).toEqual(['`--port` must be a whole number from 0 to 65535, not ``']);
  });
});

describe('values', () => {
  test.each([
    ['OSO_PORT', '0', { port: 0 }],
    ['OSO_PORT', '65535', { port: 65_535 }],
    ['OSO_CLIENT_ID', 'node-1.eu', { clientId: 'node-1.eu' }],
    ['OSO_LOG_LEVEL', 'info', { logLevel: 'info' }],
    ['OSO_DISABLE_TELEMETRY', 'TRUE', { disableTelemetry: true }],
    ['OSO_DISABLE_ERROR_LOGGING', '1', { disableErrorLogging: true }],
    ['OSO_WAIT', '0', { wait: false }],
    ['OSO_SYNC_INTERVAL', '90s', { syncIntervalMs: 90_000 }],
    ['OSO_SYNC_INTERVAL', '1.5h', { syncIntervalMs: 5_400_000 }],
    ['OSO_URL', 'http://127.0.0.1:8081/', { url: 'http://127.0.0.1:8081' }],
    ['OSO_KEEP', '1', { keepGenerations: 1 }],
    ['OSO_MAX_AGE', '90d', { maxAgeMs: 90 * 86_400_000 }],
    ['OSO_ON_STALE', 'refuse', { onStale: 'refuse' }],
    ['OSO_MAX_SHRINK', '12.5%', { maxShrink: 0.125 }],
  ])('%s=%s is read', (name, text, expected) => {
    expect(settings({ env: { [name]: text } })).toMatchObject(expected);
  });

  test.each([
    ['OSO_PORT', '65536', '`OSO_PORT` must be a whole number from 0 to 65535, not `65536`'],
    ['OSO_PORT', '-1', '`OSO_PORT` must be a whole number from 0 to 65535, not `-1`'],
    ['OSO_PORT', '80 ', '`OSO_PORT` must be a whole number from 0 to 65535, not `80 `'],
    ['OSO_PORT', '0x50', '`OSO_PORT` must be a whole number from 0 to 65535, not `0x50`'],
    ['OSO_CLIENT_ID', 'a_b', '`OSO_CLIENT_ID` must be 1 to 128 letters, digits, `.` or `-`, not `a_b`'],
    ['OSO_ENVIRONMENT', 'a b', '`OSO_ENVIRONMENT` must be 1 to 128 letters, digits, `.`, `_` or `-`, not `a b`'],
    ['OSO_LOG_LEVEL', 'debug', '`OSO_LOG_LEVEL` must be one of `info`, `warn`, `error`, not `debug`'],
    ['OSO_DISABLE_TELEMETRY', 'yes', '`OSO_DISABLE_TELEMETRY` must be `true` or `false`, not `yes`'],
    ['OSO_SYNC_INTERVAL', '30', '`OSO_SYNC_INTERVAL` must be a duration from 1s to 24d, such as `30s`, not `30`'],
    ['OSO_SYNC_INTERVAL', '25d', '`OSO_SYNC_INTERVAL` must be a duration from 1s to 24d, such as `30s`, not `25d`'],
    ['OSO_URL', 'ftp://x', '`OSO_URL` must be a URL that starts with `https://` or `http://`, not `ftp://x`'],
    [
      'OSO_URL',
      'api.osohq.com',
      '`OSO_URL` must be a URL that starts with `https://` or `http://`, not `api.osohq.com`',
    ],
    ['OSO_URL', 'https://x/?a=1', '`OSO_URL` must have no query and no fragment'],
    ['OSO_ON_STALE', 'deny', '`OSO_ON_STALE` must be one of `serve`, `unready`, `refuse`, not `deny`'],
    [
      'OSO_QUESTION_TIMEOUT',
      '2m',
      '`OSO_QUESTION_TIMEOUT` must be a duration from 10ms to 1m, such as `30s`, not `2m`',
    ],
    ['OSO_MAX_AGE', '0s', '`OSO_MAX_AGE` must be a duration from 1s to 3650d, such as `30s`, not `0s`'],
    ['OSO_MAX_SHRINK', '101%', '`OSO_MAX_SHRINK` must be a percentage from 0% to 100%, not `101%`'],
    ['OSO_KEEP', '0', '`OSO_KEEP` must be a whole number from 1 to 100, not `0`'],
  ])('%s=%s is refused', (name, text, message) => {
    expect(messages({ env: { [name]: text } })).toEqual([message]);
  });

  test('quotes around a value get a hint, because env files of containers keep them', () => {
    expect(problems({ env: { OSO_PORT: '"8080"' } })[0]).toMatchObject({
      code: 'CONFIG_INVALID',
      hint: 'the value includes its quotes; write it without them, env files of containers keep them',
    });
  });
});

describe('problems', () => {
  test('are all told at once', () => {
    const env = { OSO_PRT: '1', OSO_PORT: 'x', OSO_LOG_LEVEL: 'loud', OSO_TENANT: 't', HOME: '/root' };
    expect(messages({ env, needsControlPlane: true })).toEqual([
      'unknown variable `OSO_PRT`',
      '`OSO_PORT` must be a whole number from 0 to 65535, not `x`',
      '`OSO_LOG_LEVEL` must be one of `info`, `warn`, `error`, not `loud`',
      '`OSO_API_TOKEN` is missing',
      '`OSO_ENVIRONMENT` is missing',
    ]);
  });

  test('name the variable that was meant', () => {
    expect(problems({ env: { OSO_PRT: '1' } })[0]?.hint).toBe('did you mean `OSO_PORT`?');
    expect(problems({ env: { OSO_SOMETHING_ELSE_ENTIRELY: '1' } })[0]?.hint).toBe(
      'remove it; `oso-fallback serve --help` lists all settings',
    );
  });

  test('a required setting that is wrong is not called missing as well', () => {
    expect(messages({ env: { ...ENV, OSO_ENVIRONMENT: 'a b' }, needsControlPlane: true })).toHaveLength(1);
  });

  test('an empty required variable is missing', () => {
    expect(messages({ env: { ...ENV, OSO_TENANT: '' }, needsControlPlane: true })).toEqual(['`OSO_TENANT` is missing']);
  });

  test('a token of another environment is noticed before anything is asked', () => {
    expect(messages({ env: { ...ENV, OSO_ENVIRONMENT: 'env2' }, needsControlPlane: true })).toEqual([
      '`OSO_API_TOKEN` is a key of environment `env1`, but `OSO_ENVIRONMENT` is `env2`',
    ]);
  });

  test('a token of another form says nothing about its environment', () => {
    expect(environmentOfToken('whatever')).toBeUndefined();
    expect(messages({ env: { ...ENV, OSO_API_TOKEN: 'whatever' }, needsControlPlane: true })).toEqual([]);
  });

  test('never show a secret', () => {
    const env = { ...ENV, OSO_API_TOKEN: 'canary secret', OSO_URL: 'https://user:canary@x' };
    const told = problems({ env, needsControlPlane: true });
    expect(told.map(({ message }) => message)).toEqual([
      '`OSO_API_TOKEN` must be printable ASCII without blanks',
      '`OSO_URL` must not hold a user name or password',
    ]);
    expect(JSON.stringify(told) + inspect(told, { depth: 9 })).not.toContain('canary');
  });
});

describe('identity', () => {
  test('holds token, environment and tenant, and prints no token', () => {
    const read = readConfig({ flags: {}, env: ENV, needsControlPlane: true });
    const identity = read.ok ? read.config.identity : undefined;
    expect(identity?.token.reveal()).toBe(TOKEN);
    expect(identity).toMatchObject({ environment: 'env1', tenant: 'ten1' });
    expect(`${identity?.token}${JSON.stringify(read)}${inspect(read, { depth: 9 })}`).not.toContain('canarysecret');
  });

  test('is absent when not all three are given and none is needed', () => {
    const read = readConfig({ flags: {}, env: { OSO_ENVIRONMENT: 'env1' }, needsControlPlane: false });
    expect(read.ok && read.config.identity).toBeUndefined();
  });
});
