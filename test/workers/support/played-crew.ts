import type { OpenGeneration } from '../../../src/generations/open-generation.ts';
import { DEFAULT_LIMITS } from '../../../src/http/limits.ts';
import type { Log, LogFields } from '../../../src/util/log.ts';
import { Board, createBoardMemory } from '../../../src/workers/board.ts';
import { Crew, type CrewOptions } from '../../../src/workers/crew.ts';
import type { Hearing } from '../../../src/workers/hire.ts';
import type { FromWorker, ToWorker, WorkerSettings, WorkerStart } from '../../../src/workers/protocol.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';

export const SECOND = 1_000;

export const SETTINGS: WorkerSettings = {
  limits: DEFAULT_LIMITS,
  staleness: { maxAgeWarnMs: 1, maxAgeMs: 2, onStale: 'serve' },
  sqlDialect: 'postgresql',
  operatorDigest: undefined,
  ownToken: undefined,
  metricsType: 'text/plain',
};

/** A thread that the test plays. */
interface Played extends Hearing {
  readonly start: WorkerStart;
  /** Kinds of what it was told, `prepare` and `discard` with their edition. */
  readonly told: string[];
  readonly messages: ToWorker[];
  isDismissed: boolean;
  say(message: FromWorker): void;
}

export function generation(id: string): OpenGeneration {
  const opened = { metadata: { id }, serving: { policyText: '' }, index: { share: () => ({ kind: 'resident' }) } };
  return opened as unknown as OpenGeneration;
}

/** Of all crews. */
const clocks: FakeClock[] = [];

/** A crew whose threads get ready and listen when `isWilling` says so, and at once by default. */
export function crewOf(size: number, changes: Partial<CrewOptions> = {}) {
  const clock = new FakeClock();
  clocks.push(clock);
  const board = new Board(createBoardMemory(size + 1));
  const threads: Played[] = [];
  const logged: [message: string, fields: LogFields][] = [];
  const say = (message: string, fields: LogFields = {}) => void logged.push([message, fields]);
  const log: Log = { info: say, warn: say, error: say };
  const state = { restarts: 0, isWilling: true, ageMs: 0 as number | undefined };
  function play(thread: Played, message: ToWorker): void {
    thread.messages.push(message);
    thread.told.push('edition' in message ? `${message.kind} ${message.edition}` : message.kind);
    if (!state.isWilling || thread.isDismissed) return;
    if (message.kind === 'prepare') thread.say({ kind: 'prepared', edition: message.edition });
    if (message.kind === 'listen') thread.say({ kind: 'listening' });
    if (message.kind === 'drain') {
      thread.say({ kind: 'drained', outcome: 'clean' });
      thread.onEnd('it ended by itself');
    }
  }
  const crew = new Crew({
    size,
    board,
    clock,
    log,
    settings: SETTINGS,
    access: { clientKeys: undefined, tls: undefined },
    listener: () => 17,
    ageMs: () => state.ageMs,
    reply: async () => ({ kind: 'metrics', text: 'm' }),
    onRestart: () => {
      state.restarts += 1;
    },
    hire(start, hearing) {
      const thread: Played = {
        ...hearing,
        start,
        told: [],
        messages: [],
        isDismissed: false,
        say: (message) => queueMicrotask(() => hearing.onMessage(message)),
      };
      threads.push(thread);
      return {
        post: (message) => play(thread, message),
        dismiss() {
          thread.isDismissed = true;
          queueMicrotask(() => hearing.onEnd('it was ended'));
        },
      };
    },
    ...changes,
  });
  const at = (index: number): Played => {
    const thread = threads[index];
    if (thread === undefined) throw new Error(`no thread ${index}`);
    return thread;
  };
  /** Serves a generation, with all threads that there should be. */
  async function serve(id: string): Promise<void> {
    (await crew.prepare(generation(id))).serve(0);
    await settle();
  }
  /** Ticks of all, and time. */
  async function pass(seconds: number, ticking: readonly number[]): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      for (const number of ticking) board.tick(number, { inFlight: 0, heldReplyBytes: 0 });
      await clock.advance(SECOND);
    }
  }
  return { crew, clock, board, threads, logged, state, at, serve, pass };
}

/** A successor comes after a sleep of no time. */
export async function settleHired(): Promise<void> {
  for (const clock of clocks) await clock.advance(0);
  await settle();
}
