import type { Clock } from '../util/clock.ts';
import type { HttpServer } from './http-server.ts';

export interface DrainOptions {
  readonly server: HttpServer;
  readonly clock: Clock;
  /**
   * How long requests are still accepted after readiness has turned 503: at least the balancer's probe interval times
   * its threshold. Without a balancer 0 is right.
   */
  readonly drainMs: number;
  /** How long unfinished requests may then take. */
  readonly forceMs: number;
  /** Aborted: no more waiting, close everything now. */
  readonly signal?: AbortSignal | undefined;
}

/** `forced`: connections were cut that had something to say. */
export type Drained = 'clean' | 'forced';

/**
 * Shutdown behind a load balancer: say "not ready" and ask clients to reconnect elsewhere, keep answering until the
 * balancer has noticed, and only then stop listening. Closing at once loses what the balancer is still sending.
 */
export async function drain({ server, clock, drainMs, forceMs, signal }: DrainOptions): Promise<Drained> {
  server.startDraining();
  await sleepUnlessAborted(clock, drainMs, signal);
  const closed = new Promise<Drained>((resolve) => {
    server.http.close(() => resolve('clean'));
  });
  server.http.closeIdleConnections();
  const stopWaiting = new AbortController();
  const late = sleepUnlessAborted(
    clock,
    forceMs,
    signal ? AbortSignal.any([signal, stopWaiting.signal]) : stopWaiting.signal,
  );
  const outcome = await Promise.race([closed, late.then((): Drained => 'forced')]);
  stopWaiting.abort();
  server.http.closeAllConnections();
  await closed;
  return outcome;
}

/** An abort only shortens the wait. */
async function sleepUnlessAborted(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  await clock.sleep(ms, signal).catch(() => undefined);
}
