import { type Option, optional, withDefault } from './option.ts';
import {
  parseClientId,
  parseDurationFrom,
  parseHttpUrl,
  parseName,
  parsePort,
  parseSecret,
  parseSwitch,
  parseText,
  parseWhole,
  parseWord,
} from './parse-value.ts';

const LOG_LEVELS = ['info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Every setting, once, in the order of help and README. */
export const OPTIONS = {
  apiToken: optional({
    flag: 'api-token',
    env: 'OSO_API_TOKEN',
    valueName: 'TOKEN',
    parse: parseSecret,
    absentText: 'required to reach a control plane',
    help: 'read-only API key of the environment; prefer the variable, arguments are visible to other processes',
    secret: true,
  }),
  environment: optional({
    flag: 'environment',
    env: 'OSO_ENVIRONMENT',
    valueName: 'ID',
    parse: parseName,
    absentText: 'required to reach a control plane',
    help: 'id of the environment to copy',
  }),
  tenant: optional({
    flag: 'tenant',
    env: 'OSO_TENANT',
    valueName: 'ID',
    parse: parseName,
    absentText: 'required to reach a control plane',
    help: 'id of the tenant that owns the environment',
  }),
  clientId: optional({
    flag: 'client-id',
    env: 'OSO_CLIENT_ID',
    valueName: 'ID',
    parse: parseClientId,
    absentText: 'random UUID, kept in the data directory',
    help: 'name of this node in status and logs',
  }),
  port: withDefault({
    flag: 'port',
    env: 'OSO_PORT',
    valueName: 'PORT',
    parse: parsePort,
    defaultText: '8080',
    help: 'TCP port to listen on; 0 lets the system choose',
  }),
  host: optional({
    flag: 'host',
    env: 'OSO_HOST',
    valueName: 'ADDRESS',
    parse: parseText,
    absentText: 'all interfaces',
    help: 'address to listen on',
  }),
  directory: withDefault({
    flag: 'directory',
    env: 'OSO_DIRECTORY',
    valueName: 'DIR',
    parse: parseText,
    defaultText: './.oso',
    help: 'data directory; one node per directory',
  }),
  logLevel: withDefault({
    flag: 'log-level',
    env: 'OSO_LOG_LEVEL',
    valueName: 'LEVEL',
    parse: parseWord(LOG_LEVELS),
    defaultText: 'error',
    help: 'least severe log lines to write: `info`, `warn` or `error`',
  }),
  disableTelemetry: withDefault({
    flag: 'disable-telemetry',
    env: 'OSO_DISABLE_TELEMETRY',
    valueName: undefined,
    parse: parseSwitch,
    defaultText: 'false',
    help: 'send no usage metrics, even with an OpenTelemetry endpoint configured',
  }),
  disableErrorLogging: withDefault({
    flag: 'disable-error-logging',
    env: 'OSO_DISABLE_ERROR_LOGGING',
    valueName: undefined,
    parse: parseSwitch,
    defaultText: 'false',
    help: 'send no error records, even with an OpenTelemetry endpoint configured',
  }),
  url: withDefault({
    flag: 'url',
    env: 'OSO_URL',
    valueName: 'URL',
    parse: parseHttpUrl,
    defaultText: 'https://api.osohq.com',
    help: 'control plane to copy from',
  }),
  syncIntervalMs: withDefault({
    flag: 'sync-interval',
    env: 'OSO_SYNC_INTERVAL',
    valueName: 'DURATION',
    parse: parseDurationFrom(1_000),
    defaultText: '30m',
    help: 'time between two copies, ±10 %',
  }),
  liveTimeoutMs: withDefault({
    flag: 'live-timeout',
    env: 'OSO_LIVE_TIMEOUT',
    valueName: 'DURATION',
    parse: parseDurationFrom(100),
    defaultText: '10s',
    help: 'how long the first download of an empty node may make no progress before `--import` is used',
  }),
  wait: withDefault({
    flag: 'wait',
    env: 'OSO_WAIT',
    valueName: undefined,
    parse: parseSwitch,
    defaultText: 'false',
    help: 'with nothing to start from, keep trying instead of leaving with exit code 4',
  }),
  drainMs: withDefault({
    flag: 'drain',
    env: 'OSO_DRAIN',
    valueName: 'DURATION',
    parse: parseDurationFrom(0),
    defaultText: '15s',
    help: 'how long requests are still answered after SIGTERM, so that load balancers notice; at most 10s more for slow ones',
  }),
  keepGenerations: withDefault({
    flag: 'keep',
    env: 'OSO_KEEP',
    valueName: 'COUNT',
    parse: parseWhole(1, 100),
    defaultText: '3',
    help: 'generations to keep in the data directory',
  }),
  clientKeysFile: optional({
    flag: 'client-keys-file',
    env: 'OSO_CLIENT_KEYS_FILE',
    valueName: 'FILE',
    parse: parseText,
    absentText: 'keys of the environment are accepted',
    help: 'SHA-256 digests of the API keys that clients may use, one a line; all others are refused',
  }),
} satisfies Record<string, Option<unknown>>;

export type SettingName = keyof typeof OPTIONS;

/** All settings, parsed. */
export type Settings = {
  readonly [Name in SettingName]: (typeof OPTIONS)[Name] extends Option<infer T> ? T : never;
};

/** Settings without which no control plane can be reached. */
export const IDENTITY = ['apiToken', 'environment', 'tenant'] as const satisfies readonly SettingName[];
