import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
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
  /** Of the asker: another one than before is another connection. */
  readonly localPort: number | undefined;
}

/** One connection that asks one question after another. */
export interface Connection {
  readonly asked: readonly Asked[];
  /** The first failure; a connection that has failed asks no more. */
  readonly broken: Error | undefined;
  /** Whether a server has closed it: under a question, or between two of them, when the next goes over a new connection. */
  readonly isLost: boolean;
  stop(): Promise<void>;
}

/** Between two questions of a connection: without it a few dozen keep this thread, which answers as well, busy for good. */
const PAUSE_MS = 4;

/** Long enough for a thread that sleeps to be woken on a busy machine. */
const ASIDE_MS = 10;

/** Connections that ask until they are stopped. */
export function ask(port: number, count: number): readonly Connection[] {
  return Array.from({ length: count }, () => connect(port));
}

/**
 * The same, and this thread stands aside until they are accepted. It accepts connections too, and being awake already it
 * would be the first each time on a busy machine.
 */
export function askOthers(port: number, count: number): readonly Connection[] {
  const connections = ask(port, count);
  // They are opened in this tick.
  process.nextTick(standAside);
  return connections;
}

function standAside(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ASIDE_MS);
}

function connect(port: number): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const asked: Asked[] = [];
  const state: { broken: Error | undefined; isStopped: boolean } = { broken: undefined, isStopped: false };
  async function run(): Promise<void> {
    while (!state.isStopped) {
      asked.push(await askOnce(port, agent));
      await setTimeout(PAUSE_MS);
    }
  }
  const ended = run().catch((error: unknown) => {
    state.broken = error instanceof Error ? error : new Error(String(error));
  });
  return {
    asked,
    get broken() {
      return state.broken;
    },
    get isLost() {
      return state.broken !== undefined || new Set(asked.map(({ localPort }) => localPort)).size > 1;
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
        const { localPort } = incoming.socket;
        incoming.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        incoming.on('error', reject).on('end', () => {
          const snapshot = String(incoming.headers['oso-fallback-snapshot']);
          const status = incoming.statusCode ?? 0;
          resolve({ startedMs, endedMs: performance.now(), status, body, snapshot, localPort });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(BODY);
  });
}
