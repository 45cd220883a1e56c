import type { Metrics } from '../metrics/metrics.ts';
import type { Log } from '../util/log.ts';
import { AnswerCache } from './answer-cache.ts';
import type { Authenticate } from './authenticate.ts';
import { type AnsweredRequest, type ConnectionCount, HttpServer, type TlsIdentity } from './http-server.ts';
import { type AdminActions, adminRoutes } from './routes/admin-routes.ts';
import type { LocalSqlOptions } from './routes/local-sql-routes.ts';
import { operationsRoutes, type Readiness } from './routes/operations-routes.ts';
import { readRoutes } from './routes/read-routes.ts';
import { refusedWriteRoutes } from './routes/refused-routes.ts';

export interface ServerOptions extends LocalSqlOptions {
  readonly authenticate: Authenticate;
  readonly admin?: AdminOptions | undefined;
  readonly tls?: TlsIdentity | undefined;
  readonly connections?: ConnectionCount | undefined;
  readonly metrics: Pick<Metrics, 'requests' | 'contentType' | 'render'>;
  readonly log: Log;
  /** For access logs. */
  readonly onAnswered?: ((event: AnsweredRequest) => void) | undefined;
  /** Whether there are data fit to serve; draining is known here. */
  readiness(): Readiness;
  /** Body of GET /status, or a promise of it: anything JSON without secrets, since no key is asked for. */
  status(): unknown;
}

export interface AdminOptions extends AdminActions {
  readonly authenticate: Authenticate;
}

const DRAINING: Readiness = { ready: false, reason: 'draining', message: 'the server is shutting down' };

/** The server of a node: every read of the API, no writes, and the operational routes. It does not listen by itself. */
export function createServer(options: ServerOptions): HttpServer {
  const server: HttpServer = new HttpServer({
    ...options,
    requests: options.metrics.requests,
    authenticateAdmin: options.admin?.authenticate,
    routes: [
      ...readRoutes({ ...options, guardUnfiltered: true, answers: new AnswerCache() }),
      ...refusedWriteRoutes(),
      ...(options.admin ? adminRoutes(options.admin) : []),
      ...operationsRoutes({
        status: () => options.status(),
        metrics: options.metrics,
        readiness: () => (server.draining ? DRAINING : options.readiness()),
      }),
    ],
  });
  return server;
}
