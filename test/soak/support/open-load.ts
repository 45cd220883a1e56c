import { connect, type Socket } from 'node:net';

/*
 * Requests that come when they come, whether or not those before were answered: the load of many clients that know
 * nothing of each other. Latency counts from the moment at which a request was meant to be sent.
 */

export interface Arrivals {
  /** By status, milliseconds each. */
  readonly latenciesMs: ReadonlyMap<number, readonly number[]>;
  /** Those that met no free connection, and were not sent. */
  readonly unsent: number;
  /** Connections that ended or gave nonsense. */
  readonly broken: number;
  /** From the first request until the last answer. */
  readonly seconds: number;
}

export interface OpenLoad {
  readonly port: number;
  /** What to send, whole. */
  readonly request: string;
  readonly perSecond: number;
  readonly forSeconds: number;
  /** Every request needs one of its own while it waits. */
  readonly connections: number;
  /** Sees each answer: when it was meant to be asked, from the start, its status and how long it took. */
  readonly onAnswer?: ((atMs: number, status: number, latencyMs: number) => void) | undefined;
}

/** Sends at a steady rate, then waits for what is under way. */
export async function runOpenLoad(load: OpenLoad): Promise<Arrivals> {
  const { port, perSecond, forSeconds, connections, onAnswer } = load;
  const payload = Buffer.from(load.request, 'latin1');
  const latenciesMs = new Map<number, number[]>();
  const lines = await openLines(port, connections, payload);
  const idle = [...lines];
  let [unsent, broken, underWay] = [0, 0, 0];
  const startMs = performance.now();

  function send(dueMs: number): void {
    const line = idle.pop();
    if (line === undefined) {
      unsent += 1;
      return;
    }
    underWay += 1;
    line.ask(payload, (status) => {
      underWay -= 1;
      if (status === undefined) broken += 1;
      else {
        idle.push(line);
        const latencyMs = performance.now() - dueMs;
        const same = latenciesMs.get(status);
        if (same) same.push(latencyMs);
        else latenciesMs.set(status, [latencyMs]);
        onAnswer?.(dueMs - startMs, status, latencyMs);
      }
    });
  }

  const total = Math.round(perSecond * forSeconds);
  let sent = 0;
  while (sent < total || underWay > 0) {
    for (let dueMs = startMs; sent < total; sent += 1) {
      dueMs = startMs + (sent * 1_000) / perSecond;
      if (dueMs > performance.now()) break;
      send(dueMs);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const seconds = (performance.now() - startMs) / 1_000;
  for (const line of lines) line.close();
  return { latenciesMs, unsent, broken, seconds };
}

/** Answers a second when each of some clients asks again as soon as it has its answer. */
export async function measureCapacity(
  port: number,
  request: string,
  { connections, forSeconds }: { readonly connections: number; readonly forSeconds: number },
): Promise<number> {
  const payload = Buffer.from(request, 'latin1');
  const lines = await openLines(port, connections, payload);
  const startMs = performance.now();
  let answers = 0;
  const askAgain = (line: Line, done: () => void, failed: (error: Error) => void): void => {
    line.ask(payload, (status) => {
      if (status === 200) answers += 1;
      if (status === undefined) failed(new Error('a connection broke'));
      else if (performance.now() < startMs + forSeconds * 1_000) askAgain(line, done, failed);
      else done();
    });
  };
  await Promise.all(lines.map((line) => new Promise<void>((done, failed) => askAgain(line, done, failed))));
  const seconds = (performance.now() - startMs) / 1_000;
  for (const line of lines) line.close();
  return answers / seconds;
}

/**
 * Connections that the server has accepted: it takes one each turn of its event loop (libuv), which under load is so slow
 * that this would be all that is measured.
 */
async function openLines(port: number, count: number, payload: Buffer): Promise<Line[]> {
  const lines: Line[] = [];
  while (lines.length < count) {
    const line = await openLine(port);
    await new Promise((resolve) => line.ask(payload, resolve));
    lines.push(line);
  }
  return lines;
}

interface Line {
  ask(payload: Buffer, onStatus: (status: number | undefined) => void): void;
  close(): void;
}

/** A connection that takes one request at a time, and looks at no more of the answer than it must. */
async function openLine(port: number): Promise<Line> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let waiting: ((status: number | undefined) => void) | undefined;
  let received = '';
  const settle = (status: number | undefined) => {
    const tell = waiting;
    waiting = undefined;
    received = '';
    tell?.(status);
  };
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    const head = received.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = Number(/\r\ncontent-length: (\d+)/iu.exec(received)?.[1]);
    if (received.length >= head + 4 + length) settle(Number(received.slice(9, 12)));
  });
  socket.on('error', () => {});
  socket.on('close', () => settle(undefined));
  return {
    ask(payload, onStatus) {
      waiting = onStatus;
      if (socket.destroyed) settle(undefined);
      else socket.write(payload);
    },
    close: () => socket.destroy(),
  };
}

/** A part of the values lies at or below it; 0 when there are none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
