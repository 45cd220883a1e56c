import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerStart } from './protocol.ts';

/** A worker as the first thread sees it. */
export interface Hired {
  post(message: ToWorker): void;
  /** Ends it wherever it is, also in an endless loop. `onEnd` follows. */
  dismiss(): void;
}

/** What the first thread hears of a worker. */
export interface Hearing {
  readonly onMessage: (message: FromWorker) => void;
  /** Once, whatever it died of. */
  readonly onEnd: (why: string) => void;
}

export type Hire = (start: WorkerStart, hearing: Hearing) => Hired;

/** Room for the largest body and the hardest question; what lies beyond it kills one thread instead of the node. */
const MOST_HEAP_MIB = 512;
/**
 * Three semi-spaces of 4 MiB, of which a thread comes to hold two. A collection costs what the buffers of the requests
 * before it cost to free, whatever its size: twice as much made no request cheaper, and a thread 8 MB larger.
 */
const YOUNG_HEAP_MIB = 12;

export interface HireOptions {
  /** The program of a worker: `bin/worker`. */
  readonly entry: URL;
  /** Reaches what a worker starts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** That of the first thread by default, up to a limit. */
  readonly heapMib?: number | undefined;
}

export function createHire({ entry, env, heapMib = ownHeapMib() }: HireOptions): Hire {
  const resourceLimits = {
    maxOldGenerationSizeMb: Math.min(MOST_HEAP_MIB, heapMib),
    maxYoungGenerationSizeMb: YOUNG_HEAP_MIB,
  };
  return (start, { onMessage, onEnd }) => {
    const thread = new Worker(entry, { workerData: start, env: withoutSecrets(env), execArgv: [], resourceLimits });
    let why = 'it ended by itself';
    thread.on('message', onMessage);
    thread.on('error', (error: unknown) => {
      why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    thread.on('exit', () => onEnd(why));
    return {
      post: (message) => thread.postMessage(message),
      dismiss: () => void thread.terminate(),
    };
  };
}

function ownHeapMib(): number {
  return Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20);
}

/** Settings of ours travel in `WorkerStart`. */
function withoutSecrets(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('OSO_') && name !== 'NODE_OPTIONS');
  return Object.fromEntries(kept);
}
