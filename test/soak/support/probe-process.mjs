/*
 * Asks for readiness every tenth of a second until it is told to stop, over a connection that it keeps and over a new one
 * each time, as balancers do one or the other. The two do not wait for each other. It runs by itself, so that nothing but
 * the server can make an answer late, and says then how late the latest was.
 */
import { openLine } from '../../bench/support/http-load.mjs';

const EVERY_MS = 100;
const PROBE = 'GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n';

let isOver = true;

process.on('message', async ({ port }) => {
  isOver = port === undefined;
  if (isOver) return;
  const untilOver = async (ask) => {
    const probes = { count: 0, refused: 0, slowestMs: 0 };
    while (!isOver) {
      const startedMs = performance.now();
      const status = await ask();
      probes.count += 1;
      if (status !== 200) probes.refused += 1;
      probes.slowestMs = Math.max(probes.slowestMs, performance.now() - startedMs);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    return probes;
  };
  const ask = (line) => new Promise((answered) => line.ask(PROBE, answered));
  const keptLine = await openLine(port);
  process.send('ready');
  const [kept, fresh] = await Promise.all([
    untilOver(() => ask(keptLine)),
    untilOver(async () => {
      const line = await openLine(port);
      const status = await ask(line);
      line.close();
      return status;
    }),
  ]);
  keptLine.close();
  process.send({ kept, fresh });
});
