import { readFileSync } from 'node:fs';
import { openLine, stayingAwake } from './http-load.mjs';

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
 * Requests end to end in one buffer, to be taken by `at`: hundreds of thousands of texts would slow down the load, and a
 * server that waits for its load spends more on a request.
 */
export function packRequests(texts) {
  const bytes = Buffer.from(texts.join(''));
  const ends = new Uint32Array(texts.length);
  let end = 0;
  for (const [number, text] of texts.entries()) {
    end += Buffer.byteLength(text);
    ends[number] = end;
  }
  return {
    length: texts.length,
    at: (number) => bytes.subarray(number === 0 ? 0 : ends[number - 1], ends[number]),
  };
}

/**
 * Requests one after the other on many connections, by a load that never sleeps (see http-load.mjs): processor time of the
 * server each, how many a second, and how many were turned away, which are not counted. `requests`: a list, or packed.
 */
export async function loadServer({ pid, port }, requests, seconds) {
  const lines = await Promise.all(Array.from({ length: CONNECTIONS }, () => openLine(port)));
  const before = cpuMicros(pid);
  const start = performance.now();
  const until = start + seconds * 1_000;
  let count = 0;
  let busy = 0;
  const done = lines.map(
    ({ ask }, first) =>
      new Promise((resolve, reject) => {
        let next = first * Math.floor(requests.length / CONNECTIONS);
        const askNext = () => ask(requests.at(next++ % requests.length), onStatus);
        const onStatus = (status) => {
          if (status === 200) count++;
          else if (status === 503) busy++;
          else reject(new Error(`answered with ${status}`));
          if (performance.now() < until) askNext();
          else resolve();
        };
        askNext();
      }),
  );
  await stayingAwake(Promise.all(done));
  const rate = (count / (performance.now() - start)) * 1_000;
  const micros = (cpuMicros(pid) - before) / count;
  for (const { close } of lines) close();
  return { micros, rate, busy };
}

/** Of all threads of a process. */
function cpuMicros(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}
