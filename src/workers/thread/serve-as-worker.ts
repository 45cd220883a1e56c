import { openSharedGeneration } from '../../generations/open-generation.ts';
import { warmUp } from '../../generations/warm-up.ts';
import { createAuthenticate } from '../../http/authenticate.ts';
import { drain } from '../../http/drain.ts';
import type { HttpServer } from '../../http/http-server.ts';
import { LISTEN_BACKLOG } from '../../http/limits.ts';
import type { AdminActions } from '../../http/routes/admin-routes.ts';
import { createServer } from '../../http/server.ts';
import { createRequestHistogram } from '../../metrics/request-histogram.ts';
import { sendError } from '../../sync/build-process/job.ts';
import { requireSameBuild } from '../../sync/build-process/same-build.ts';
import { assertNever } from '../../util/assert-never.ts';
import { type Clock, systemClock } from '../../util/clock.ts';
import type { Log } from '../../util/log.ts';
import { Board } from '../board.ts';
import { ClientAccess } from '../client-access.ts';
import type { FromWorker, ToWorker, WorkerStart } from '../protocol.ts';
import { Editions } from './editions.ts';
import { ownListener } from './own-listener.ts';
import { Questions } from './questions.ts';

/** The part of a `MessagePort` that reaches the first thread. */
export interface FirstThread {
  postMessage(message: FromWorker): void;
  on(event: 'message', listener: (message: ToWorker) => void): unknown;
  close(): void;
}

/** How often a worker says that its event loop turns. */
const TICK_MS = 1_000;

/**
 * The life of a worker: answers requests from what the first thread has it get ready for, until it is drained. Throws
 * COPY_FAILED in another build.
 */
export function serveAsWorker(first: FirstThread, start: WorkerStart, clock: Clock = systemClock): void {
  requireSameBuild(start.build);
  const worker = new Worker(first, start, clock);
  first.on('message', (message) => worker.obey(message));
  void worker.tick();
}

class Worker {
  readonly #first: FirstThread;
  readonly #start: WorkerStart;
  readonly #clock: Clock;
  readonly #board: Board;
  readonly #access: ClientAccess;
  readonly #editions: Editions;
  readonly #questions: Questions;
  readonly #server: HttpServer;
  readonly #ended = new AbortController();

  constructor(first: FirstThread, start: WorkerStart, clock: Clock) {
    this.#first = first;
    this.#start = start;
    this.#clock = clock;
    this.#board = new Board(start.board);
    this.#access = new ClientAccess({ ...start.settings, ...start.access, environment: undefined });
    this.#editions = new Editions({
      board: this.#board,
      clock,
      staleness: start.settings.staleness,
      onChange: ({ environment }) => this.#access.serves(environment),
    });
    this.#questions = new Questions((message) => first.postMessage(message), clock);
    this.#server = this.#createServer();
  }

  obey(message: ToWorker): void {
    switch (message.kind) {
      case 'prepare':
        void this.#prepare(message);
        return;
      case 'discard':
        this.#editions.discard(message.edition);
        return;
      case 'look':
        this.#editions.look(message.refusal);
        return;
      case 'listen':
        void this.#listen();
        return;
      case 'access':
        this.#access.use(message.access.clientKeys);
        if (message.access.tls && 'setSecureContext' in this.#server.http) {
          this.#server.http.setSecureContext(message.access.tls);
        }
        return;
      case 'drain':
        void this.#drain(message.drainMs, message.forceMs);
        return;
      case 'answer':
        this.#questions.answered(message.id, message.reply);
        return;
      default:
        assertNever(message);
    }
  }

  async tick(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      this.#board.tick(this.#start.number, this.#server);
      await this.#clock.sleep(TICK_MS, this.#ended.signal).catch(() => {});
    }
  }

  async #prepare({ edition, generation }: ToWorker & { readonly kind: 'prepare' }): Promise<void> {
    try {
      const opened = openSharedGeneration(generation, this.#clock);
      this.#editions.add(edition, opened);
      await warmUp(opened.serving.engine, this.#editions.current?.engine, this.#clock);
      this.#first.postMessage({ kind: 'prepared', edition });
    } catch (error) {
      this.#first.postMessage({ kind: 'refused', edition, error: sendError(error) });
    }
  }

  /** A failure ends the thread; the first one sees to another. */
  async #listen(): Promise<void> {
    this.#editions.look();
    const handle = await ownListener(this.#start.listener);
    if (this.#server.draining) return;
    // The queue is one for all threads, and the latest to listen sets its length.
    this.#server.http.listen(handle, LISTEN_BACKLOG, () => this.#first.postMessage({ kind: 'listening' }));
  }

  async #drain(drainMs: number, forceMs: number): Promise<void> {
    const outcome = await drain({ server: this.#server, clock: this.#clock, drainMs, forceMs });
    this.#first.postMessage({ kind: 'drained', outcome });
    this.#ended.abort();
    this.#first.close();
  }

  #createServer(): HttpServer {
    const { number, board, settings, access } = this.#start;
    const { limits, sqlDialect, operatorDigest, metricsType } = settings;
    const digests = operatorDigest === undefined ? [] : [Buffer.from(operatorDigest)];
    return createServer({
      clock: this.#clock,
      limits,
      sqlDialect,
      log: this.#createLog(),
      tls: access.tls,
      authenticate: this.#access.authenticate,
      dataSource: this.#editions.source,
      connections: this.#board.connections(number),
      metrics: {
        requests: createRequestHistogram(board.requests[number - 1]),
        contentType: metricsType,
        render: async () => (await this.#questions.ask({ kind: 'metrics' })).text,
      },
      status: async () => (await this.#questions.ask({ kind: 'status' })).status,
      readiness: () => {
        const refusal = this.#editions.unreadiness;
        return refusal === undefined
          ? { ready: true }
          : { ready: false, reason: refusal.code, message: refusal.message };
      },
      admin: { authenticate: createAuthenticate({ kind: 'listed', digests }), ...this.#adminActions() },
    });
  }

  #adminActions(): AdminActions {
    return {
      syncNow: async () => (await this.#questions.ask({ kind: 'sync' })).outcome,
      pin: async (generation) => (await this.#questions.ask({ kind: 'pin', generation })).generation,
      unpin: async () => (await this.#questions.ask({ kind: 'unpin' })).generation,
    };
  }

  #createLog(): Log {
    const say =
      (level: 'info' | 'warn' | 'error') =>
      (message: string, fields: Record<string, unknown> = {}) =>
        this.#first.postMessage({ kind: 'log', level, message, fields });
    return { info: say('info'), warn: say('warn'), error: say('error') };
  }
}
