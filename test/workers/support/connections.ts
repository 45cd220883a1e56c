import { Agent, request } from 'node:http';
import { KEY } from './threads.ts';

const BODY = JSON.stringify({
  actor_type: 'User',
  actor_id: 'alice',
  action: 'read',
  resource_type: 'Organization',
  resource_id: 'acme',
});

export interface Asked {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly status: number;
  readonly body: string;
  readonly snapshot: string;
}

/** One connection that asks one question after another. */
export interface Connection {
  readonly asked: readonly Asked[];
  /** The first failure; a connection that has failed asks no more. */
  readonly broken: Error | undefined;
  stop(): Promise<void>;
}

/** Connections that ask until they are stopped. */
export function ask(port: number, count: number): readonly Connection[] {
  return Array.from({ length: count }, () => connect(port));
}

function connect(port: number): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const asked: Asked[] = [];
  const state: { broken: Error | undefined; isStopped: boolean } = { broken: undefined, isStopped: false };
  async function run(): Promise<void> {
    while (!state.isStopped) asked.push(await askOnce(port, agent));
  }
  const ended = run().catch((error: unknown) => {
    state.broken = error instanceof Error ? error : new Error(String(error));
  });
  return {
    asked,
    get broken() {
      return state.broken;
    },
    async stop() {
      state.isStopped = true;
      await ended;
      agent.destroy();
    },
  };
}

/** Over a connection of its own unless an agent keeps one. */
export function askOnce(port: number, agent: Agent | false = false): Promise<Asked> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path: '/api/authorize', method: 'POST', agent, headers },
      (incoming) => {
        let body = '';
        incoming.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        incoming.on('error', reject).on('end', () => {
          const snapshot = String(incoming.headers['oso-fallback-snapshot']);
          resolve({ startedMs, endedMs: performance.now(), status: incoming.statusCode ?? 0, body, snapshot });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(BODY);
  });
}
