import { createDevServer, type DevServer, type DevServerOptions } from '../../../src/dev-server/dev-server.ts';
import { DEV_TOKEN } from '../../../src/dev-server/environments.ts';
import { systemClock } from '../../../src/util/clock.ts';
import { silentLog } from '../../../src/util/log.ts';
import { close, type HttpReply, type HttpRequest, listen, send } from '../../support/http-client.ts';

export interface RunningDevServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly dev: DevServer;
  /** With the fixed key unless the headers say otherwise. */
  ask(request: HttpRequest): Promise<HttpReply>;
  /** As `ask`, for what must succeed. */
  post(path: string, body: unknown): Promise<HttpReply>;
}

/** A dev-server on a free port. */
export async function startDevServer(options: Partial<DevServerOptions> = {}): Promise<RunningDevServer> {
  const dev = await createDevServer({
    clock: systemClock,
    log: silentLog,
    version: '1.2.3',
    nodeVersion: 'v20.0.0',
    ...options,
  });
  const port = await listen(dev.server.http);
  const ask = (request: HttpRequest) =>
    send(port, { ...request, headers: { authorization: `Bearer ${DEV_TOKEN}`, ...request.headers } });
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    dev,
    ask,
    async post(path, body) {
      const reply = await ask({ method: 'POST', path, body });
      if (reply.status !== 200) throw new Error(`POST ${path}: ${reply.status} ${reply.text}`);
      return reply;
    },
    async [Symbol.asyncDispose]() {
      await close(dev.server.http);
      await dev.close();
    },
  };
}

/** `fact('has_role', 'User:alice', 'String:member', 'Org:acme')`; an argument without id, `User:`, is a wildcard. */
export function fact(predicate: string, ...args: readonly string[]): { predicate: string; args: unknown[] } {
  return {
    predicate,
    args: args.map((text) => {
      const colon = text.indexOf(':');
      const id = text.slice(colon + 1);
      return { type: text.slice(0, colon), id: id === '' ? null : id };
    }),
  };
}
