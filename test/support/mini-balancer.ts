import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { close, listen } from './http-client.ts';

/*
 * A load balancer as the simple ones are: round robin over the healthy targets, connections kept open, health polled
 * now and then, and no second attempt for a request that failed.
 */

export interface BalancerOptions {
  /** Ports on loopback. */
  readonly targets: readonly number[];
  readonly pollMs: number;
  /** So many polls in a row make a target healthy, or not. */
  readonly threshold: number;
}

export interface Balancer extends AsyncDisposable {
  readonly url: string;
  readonly healthy: readonly number[];
  /** One line for each request that a target lost. */
  readonly failures: readonly string[];
}

interface Target {
  readonly port: number;
  isHealthy: boolean;
  /** Polls in a row that say otherwise. */
  contrary: number;
}

export async function startBalancer({ targets: ports, pollMs, threshold }: BalancerOptions): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const targets = ports.map((port): Target => ({ port, isHealthy: false, contrary: 0 }));
  const failures: string[] = [];
  let turn = 0;

  const server: Server = createServer((incoming, outgoing) => {
    const healthy = targets.filter(({ isHealthy }) => isHealthy);
    const target = healthy[turn++ % Math.max(1, healthy.length)];
    if (target === undefined) {
      failures.push('no target is healthy');
      outgoing.writeHead(503).end();
      return;
    }
    forward(incoming, outgoing, { agent, port: target.port, onFailure: (why) => failures.push(why) });
  });

  async function pollAll(): Promise<void> {
    await Promise.all(
      targets.map(async (target) => {
        const isReady = await isReadyAt(target.port);
        target.contrary = isReady === target.isHealthy ? 0 : target.contrary + 1;
        if (target.contrary < threshold) return;
        target.isHealthy = isReady;
        target.contrary = 0;
      }),
    );
  }

  const poll = setInterval(() => void pollAll(), pollMs);
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    get healthy() {
      return targets.filter(({ isHealthy }) => isHealthy).map((target) => target.port);
    },
    failures,
    async [Symbol.asyncDispose]() {
      clearInterval(poll);
      agent.destroy();
      await close(server);
    },
  };
}

interface Forward {
  readonly agent: Agent;
  readonly port: number;
  readonly onFailure: (why: string) => void;
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, { agent, port, onFailure }: Forward): void {
  const { method, url, headers } = incoming;
  const { connection: _, ...kept } = headers;
  const fail = (why: string) => {
    onFailure(`${port}: ${why}`);
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(502).end();
  };
  const upstream = request({ host: '127.0.0.1', port, method, path: url, headers: kept, agent }, (reply) => {
    const { connection: __, 'keep-alive': ___, ...rest } = reply.headers;
    outgoing.writeHead(reply.statusCode ?? 502, rest);
    reply.pipe(outgoing);
    reply.on('error', (error) => fail(error.message));
  });
  upstream.on('error', (error) => fail(error.message));
  incoming.pipe(upstream);
}

/** A busy node that answers late is not a node that is gone. */
const PROBE_TIMEOUT_MS = 2_000;

function isReadyAt(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      { host: '127.0.0.1', port, path: '/readyz', timeout: PROBE_TIMEOUT_MS, agent: false },
      (reply) => {
        reply.resume();
        resolve(reply.statusCode === 200);
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', () => resolve(false));
    asked.end();
  });
}
