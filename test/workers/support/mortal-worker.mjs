// A worker like any other that can be told by its tests to die, to hang, or to have too little memory.
import { parentPort, workerData } from 'node:worker_threads';
// Begins to serve at once.
import '../../../dist/bin/worker.js';

const orders = new BroadcastChannel(workerData.settings.metricsType);
orders.unref();
orders.onmessage = ({ data: { number, how } }) => {
  if (number !== workerData.number) return;
  if (how === 'throw') throw new Error('an order of the test');
  if (how === 'exhaust') for (const kept = []; ; ) kept.push(new Array(1_000_000).fill(kept.length));
  if (how === 'leave') process.exit(0);
};

parentPort.on('message', ({ kind, generation }) => {
  if (kind === 'prepare' && generation.policyText.includes('deadly')) process.exit(1);
});
