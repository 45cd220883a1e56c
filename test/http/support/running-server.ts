import { createAuthenticate } from '../../../src/http/authenticate.ts';
import type { AnsweredRequest, HttpServer } from '../../../src/http/http-server.ts';
import { DEFAULT_LIMITS, type HttpLimits } from '../../../src/http/limits.ts';
import type { Readiness } from '../../../src/http/routes/operations-routes.ts';
import { type AdminOptions, createServer } from '../../../src/http/server.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { silentLog } from '../../../src/util/log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { close, type HttpReply, type HttpRequest, listen, send } from '../../support/http-client.ts';
import { createFakeData, type FakeData } from './fake-serving.ts';

export const KEY = 'e_env1_key1_secret';

export interface RunningServer extends AsyncDisposable {
  readonly port: number;
  readonly server: HttpServer;
  readonly clock: FakeClock;
  readonly data: FakeData;
  readonly logged: { readonly message: string; readonly error: unknown }[];
  readonly answered: AnsweredRequest[];
  /** With an accepted key unless the headers say otherwise. */
  ask(request: HttpRequest): Promise<HttpReply>;
}

export interface StartOptions {
  readonly data?: FakeData;
  readonly limits?: Partial<HttpLimits>;
  readonly readiness?: () => Readiness;
  readonly admin?: AdminOptions;
  readonly onAnswered?: (event: AnsweredRequest) => void;
}

/** A node's server over made-up data, on a free port. */
export async function startServer(options: StartOptions = {}): Promise<RunningServer> {
  const { data = createFakeData(), limits = {}, readiness = () => ({ ready: true }) as const } = options;
  const clock = new FakeClock(1_700_000_000_000);
  const logged: RunningServer['logged'] = [];
  const answered: AnsweredRequest[] = [];
  const server = createServer({
    dataSource: data,
    admin: options.admin,
    authenticate: createAuthenticate({ kind: 'environment', environment: 'env1', ownToken: undefined }),
    clock,
    limits: { ...DEFAULT_LIMITS, ...limits },
    metrics: createMetrics({
      version: '1.2.3',
      nodeVersion: 'v20.0.0',
      read: () => ({
        ready: true,
        inFlight: server.inFlight,
        heldReplyBytes: server.heldReplyBytes,
        serving: { generation: 'gen-1', origin: 'live', ageMs: 624_611, factCount: 7 },
        lastSyncAttemptMs: 1_000,
        lastSyncSuccessMs: undefined,
      }),
    }),
    log: { ...silentLog, error: (message, fields) => logged.push({ message, error: fields?.['error'] }) },
    onAnswered: (event) => {
      answered.push(event);
      options.onAnswered?.(event);
    },
    readiness,
    status: () => ({ origin: 'live' }),
  });
  const port = await listen(server.http);
  return {
    port,
    server,
    clock,
    data,
    logged,
    answered,
    ask: (request) => send(port, { ...request, headers: { authorization: `Bearer ${KEY}`, ...request.headers } }),
    [Symbol.asyncDispose]: () => close(server.http),
  };
}
