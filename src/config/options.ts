import { type Option, optional, withDefault } from './option.ts';
import {
  parseClientId,
  parseDurationFrom,
  parseHttpUrl,
  parseName,
  parsePart,
  parsePath,
  parsePort,
  parseSecret,
  parseSwitch,
  parseText,
  parseWhole,
  parseWord,
} from './parse-value.ts';
import { SQL_DIALECTS } from './sql-dialect.ts';

const LOG_LEVELS = ['info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const ON_STALE = ['serve', 'unready', 'refuse'] as const;

/** Ages are not waited for, so they may be longer than a timer. */
const MOST_AGE_MS = 3_650 * 86_400_000;

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
    help: 'name of this node in status and logs, and for the control plane',
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
    help: 'with nothing to start from, keep asking the control plane instead of leaving with exit code 4',
  }),
  drainMs: withDefault({
    flag: 'drain',
    env: 'OSO_DRAIN',
    valueName: 'DURATION',
    parse: parseDurationFrom(0),
    defaultText: '15s',
    help: 'how long requests are still answered after SIGTERM, so that load balancers notice; at most 10s more for slow ones',
  }),
  maxAgeWarnMs: withDefault({
    flag: 'max-age-warn',
    env: 'OSO_MAX_AGE_WARN',
    valueName: 'DURATION',
    parse: parseDurationFrom(1_000, MOST_AGE_MS),
    defaultText: '2h',
    help: 'data older than this raise an alarm',
  }),
  maxAgeMs: withDefault({
    flag: 'max-age',
    env: 'OSO_MAX_AGE',
    valueName: 'DURATION',
    parse: parseDurationFrom(1_000, MOST_AGE_MS),
    defaultText: '1d',
    help: 'data older than this are stale: an alarm, and what `--on-stale` says',
  }),
  sqlDialect: withDefault({
    flag: 'sql-dialect',
    env: 'OSO_SQL_DIALECT',
    valueName: 'WORD',
    parse: parseWord(SQL_DIALECTS),
    defaultText: 'postgresql',
    help: 'database that SQL of local authorization is for: `postgresql`, `mysql` (MariaDB too) or `sqlite`',
  }),
  onStale: withDefault({
    flag: 'on-stale',
    env: 'OSO_ON_STALE',
    valueName: 'WORD',
    parse: parseWord(ON_STALE),
    defaultText: 'serve',
    help: 'stale data are answered from (`serve`), answered from with readiness off (`unready`), or not answered from (`refuse`)',
  }),
  maxShrink: optional({
    flag: 'max-shrink',
    env: 'OSO_MAX_SHRINK',
    valueName: 'PERCENT',
    parse: parsePart,
    absentText: 'an alarm beyond 90%',
    help: 'refuse data that have lost more than this part of the facts, such as `50%`',
  }),
  allowOlder: withDefault({
    flag: 'allow-older',
    env: 'OSO_ALLOW_OLDER',
    valueName: undefined,
    parse: parseSwitch,
    defaultText: 'false',
    help: 'take data that are not newer than what the directory already had',
  }),
  allowEnvironment: withDefault({
    flag: 'allow-environment',
    env: 'OSO_ALLOW_ENVIRONMENT',
    valueName: undefined,
    parse: parseSwitch,
    defaultText: 'false',
    help: 'take data of another environment or tenant',
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
    parse: parsePath,
    absentText: 'keys of the environment are accepted',
    help: 'SHA-256 digests of the API keys that clients may use, one a line; all others are refused; read again when it changes',
  }),
  tlsCert: optional({
    flag: 'tls-cert',
    env: 'OSO_TLS_CERT',
    valueName: 'FILE',
    parse: parsePath,
    absentText: 'no TLS',
    help: 'certificate and chain to serve HTTPS with, as PEM; read again when it changes',
  }),
  tlsKey: optional({
    flag: 'tls-key',
    env: 'OSO_TLS_KEY',
    valueName: 'FILE',
    parse: parsePath,
    absentText: 'no TLS',
    help: 'private key of `--tls-cert`, as PEM; read again when it changes',
  }),
  workers: optional({
    flag: 'workers',
    env: 'OSO_WORKERS',
    valueName: 'COUNT',
    parse: parseWhole(1, 64),
    absentText: 'one a core, as far as memory allows',
    help: 'threads that answer requests, over one copy of the facts',
  }),
  maxConnections: withDefault({
    flag: 'max-connections',
    env: 'OSO_MAX_CONNECTIONS',
    valueName: 'COUNT',
    parse: parseWhole(1, 1_000_000),
    defaultText: '2000',
    help: 'connections of clients; on up to 100 more they are told to come back, and probes are answered',
  }),
  maxInFlight: withDefault({
    flag: 'max-in-flight',
    env: 'OSO_MAX_IN_FLIGHT',
    valueName: 'COUNT',
    parse: parseWhole(1, 1_000_000),
    defaultText: '1000',
    help: 'requests admitted and not yet answered; more get 503, probes never',
  }),
  maxBodyMib: withDefault({
    flag: 'max-body-mib',
    env: 'OSO_MAX_BODY_MIB',
    valueName: 'COUNT',
    // One body of the greatest length must fit.
    parse: parseWhole(10, 1_000_000),
    defaultText: '32',
    help: 'MiB of request bodies held at one time; more get 503',
  }),
  maxReplyMib: optional({
    flag: 'max-reply-mib',
    env: 'OSO_MAX_REPLY_MIB',
    valueName: 'COUNT',
    parse: parseWhole(1, 1_000_000),
    absentText: 'an eighth of the memory, at least 32',
    help: 'MiB of replies that clients have not taken; beyond it long answers get 503, short ones and probes never',
  }),
  questionTimeoutMs: withDefault({
    flag: 'question-timeout',
    env: 'OSO_QUESTION_TIMEOUT',
    valueName: 'DURATION',
    parse: parseDurationFrom(10, 60_000),
    defaultText: '2s',
    help: 'longest evaluation of one question, which holds up all others; beyond it 503',
  }),
} satisfies Record<string, Option<unknown>>;

export type SettingName = keyof typeof OPTIONS;

/** All settings, parsed. */
export type Settings = {
  readonly [Name in SettingName]: (typeof OPTIONS)[Name] extends Option<infer T> ? T : never;
};

/** Settings without which no control plane can be reached. */
export const IDENTITY = ['apiToken', 'environment', 'tenant'] as const satisfies readonly SettingName[];
