// Loaded with `--import` into a node under test: a worker of it hangs for good when the file HANG_WHEN appears. A thread
// that hangs renames the file, so that only one does.

import { existsSync, renameSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import workerThreads from 'node:worker_threads';

const { Worker, isMainThread, workerData } = workerThreads;

if (isMainThread) {
  // Workers are made without our arguments and variables: they get them here.
  workerThreads.Worker = class extends Worker {
    constructor(entry, options) {
      const env = { ...options.env, HANG_WHEN: process.env.HANG_WHEN };
      super(entry, { ...options, env, execArgv: ['--import', import.meta.url] });
    }
  };
  syncBuiltinESMExports();
} else if (workerData?.listener !== undefined) {
  const timer = setInterval(() => {
    const { HANG_WHEN = '' } = process.env;
    if (!existsSync(HANG_WHEN)) return;
    renameSync(HANG_WHEN, `${HANG_WHEN}.taken`);
    for (;;);
  }, 50);
  timer.unref();
}
