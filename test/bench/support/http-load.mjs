/*
 * A load generator for one local server over keep-alive connections. While it works it never sleeps: waking a sleeping
 * client costs the server that answers it up to 4 µs on a virtual machine, and the more the slower the server is.
 */
import { connect } from 'node:net';

/** As the Node.js SDK sends them, but for the request id, which is one of many. */
const HEADERS =
  'Host: 127.0.0.1\r\nAuthorization: Bearer e_bench_1_secret\r\nAccept: application/json\r\n' +
  'Content-Type: application/json\r\nUser-Agent: Oso Cloud (nodejs v20.20.0; rv:2.6.0)\r\nX-OsoApiVersion: 0\r\n' +
  'X-Oso-Instance-Id: 0b9f2f5c-4a57-4bd0-a6e3-55dcbb9b4a93\r\nAccept-Encoding: gzip,deflate\r\nConnection: keep-alive\r\n';

/** The bytes of a POST /api/authorize. */
export function authorizeRequest({ actor, action, resource }, number) {
  const body = JSON.stringify({
    actor_type: actor.type,
    actor_id: actor.id,
    action,
    resource_type: resource.type,
    resource_id: resource.id,
    context_facts: [],
  });
  const id = `X-Request-ID: 3e3c1f6e-6b1f-4a3a-9f8e-${String(number).padStart(12, '0')}\r\n`;
  return `POST /api/authorize HTTP/1.1\r\n${HEADERS}${id}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** One request after the other on every connection, from `first` on. How many were answered, and how long it took. */
export async function saturate({ port, requests, first, seconds, connections }) {
  const clients = await connectAll(port, connections);
  const started = performance.now();
  const until = started + seconds * 1_000;
  let next = first;
  let count = 0;
  const done = clients.map(
    ({ ask }) =>
      new Promise((resolve) => {
        const onReply = () => {
          count++;
          if (performance.now() < until) ask(requests[next++ % requests.length], onReply);
          else resolve();
        };
        ask(requests[next++ % requests.length], onReply);
      }),
  );
  await stayingAwake(Promise.all(done));
  const elapsed = (performance.now() - started) / 1_000;
  for (const { close } of clients) close();
  return { count, seconds: elapsed };
}

/**
 * So many requests a second whatever the server does; milliseconds from the moment a request was due to its reply, in
 * ascending order. A request that finds no free connection waits, and its wait counts.
 */
export async function pace({ port, requests, rate, seconds, connections }) {
  const free = await connectAll(port, connections);
  const clients = [...free];
  const latencies = new Float64Array(Math.round(rate * seconds));
  const started = performance.now();
  const dueAt = (number) => started + (number * 1_000) / rate;
  let asked = 0;
  let answered = 0;
  await new Promise((resolve) => {
    const turn = () => {
      while (asked < latencies.length && free.length > 0 && dueAt(asked) <= performance.now()) {
        const due = dueAt(asked);
        const client = free.shift();
        client.ask(requests[asked++ % requests.length], () => {
          latencies[answered++] = performance.now() - due;
          free.push(client);
        });
      }
      if (answered < latencies.length) setImmediate(turn);
      else resolve();
    };
    turn();
  });
  for (const { close } of clients) close();
  return latencies.sort();
}

/**
 * A connection that takes one request at a time, and looks at no more of a reply than its status: one this small comes
 * in one piece. Tells undefined when the connection ends.
 */
export function openLine(port) {
  return new Promise((opened, failed) => {
    let tell;
    const settle = (status) => {
      const told = tell;
      tell = undefined;
      told?.(status);
    };
    const onread = { buffer: Buffer.alloc(REPLY_BYTES), callback: (_, reply) => settle(statusOf(reply)) || true };
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread }, () => opened(line));
    const line = {
      ask(request, onStatus) {
        tell = onStatus;
        if (socket.destroyed) settle(undefined);
        else socket.write(request, 'latin1');
      },
      close: () => socket.destroy(),
    };
    socket.on('error', failed).on('close', () => settle(undefined));
  });
}

/** More than a reply has. */
const REPLY_BYTES = 4096;

/** Of `HTTP/1.1 200 OK`. */
function statusOf(reply) {
  return reply[9] * 100 + reply[10] * 10 + reply[11] - 0x30 * 111;
}

/** Nobody may be turned away: 64 clients are few. */
async function connectAll(port, count) {
  const lines = await Promise.all(Array.from({ length: count }, () => openLine(port)));
  return lines.map(({ ask, close }) => ({
    close,
    ask: (request, onReply) =>
      ask(request, (status) => {
        if (status === 200) onReply();
        else throw new Error(`answered with ${status}`);
      }),
  }));
}

/** Waits without sleep. */
export async function stayingAwake(work) {
  let isDone = false;
  const turn = () => {
    if (!isDone) setImmediate(turn);
  };
  turn();
  await work;
  isDone = true;
}
