import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

const CONNECTIONS = 16;
/** The kernel counts processor time in hundredths of a second. */
const TICK_MICROS = 10_000;
/** As the Node.js SDK sends them. */
const HEADERS =
  'Host: 127.0.0.1\r\nAuthorization: Bearer e_0123456789_12345_osotesttoken01xiIn\r\nAccept: application/json\r\n' +
  'Content-Type: application/json\r\nUser-Agent: Oso Cloud (nodejs v20.20.0; rv:2.6.0)\r\nX-OsoApiVersion: 0\r\n' +
  'Accept-Encoding: gzip,deflate\r\nConnection: keep-alive\r\n';

/** An authorize request on the wire. */
export function authorizeRequest({ actor, action, resource }) {
  const body = JSON.stringify({
    actor_type: actor.type,
    actor_id: actor.id,
    action,
    resource_type: resource.type,
    resource_id: resource.id,
    context_facts: [],
  });
  return `POST /api/authorize HTTP/1.1\r\n${HEADERS}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/**
 * Requests one after the other on many connections: processor time of the server each, how many a second, and how many
 * were turned away, which are not counted.
 */
export async function loadServer({ pid, port }, requests, seconds) {
  const before = cpuMicros(pid);
  const start = performance.now();
  const until = start + seconds * 1_000;
  let count = 0;
  let busy = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, first) => {
      let next = first * Math.floor(requests.length / CONNECTIONS);
      return new Promise((closed, failed) => {
        const ask = () => socket.write(requests[next++ % requests.length]);
        const socket = connect(port, '127.0.0.1', ask).setNoDelay().on('close', closed).on('error', failed);
        socket.on('data', (reply) => {
          // `HTTP/1.1 200`: a reply this small comes in one piece.
          if (reply[9] === 0x32) count++;
          else if (reply.includes(' 503 ')) busy++;
          else failed(new Error(reply.toString()));
          if (performance.now() < until) ask();
          else socket.end();
        });
      });
    }),
  );
  const rate = (count / (performance.now() - start)) * 1_000;
  return { micros: (cpuMicros(pid) - before) / count, rate, busy };
}

/** Of all threads of a process. */
function cpuMicros(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}
