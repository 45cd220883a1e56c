// A thread that answers requests beside the first one: see src/workers/protocol.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { serveAsWorker } from '../src/workers/thread/serve-as-worker.ts';

if (parentPort === null) throw new Error('this is no program of its own');
serveAsWorker(parentPort, workerData);
