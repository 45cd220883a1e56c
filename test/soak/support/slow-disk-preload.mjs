// Loaded with `--import` into a process under test: nothing is flushed to the disk while a file `hold-main` or
// `hold-child`, for the process that serves or the one that builds, lies in SLOW_DISK. `held-main` or `held-child` is made
// when something waits for that.

import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';

const folder = process.env.SLOW_DISK ?? process.argv.at(-1);
const role = process.argv[1]?.endsWith('build-process.js') ? 'child' : 'main';
const LOOK_EVERY_MS = 10;

// A process that builds is made without our variables.
const { fork } = childProcess;
childProcess.fork = (module, args, options) =>
  fork(module, [...args, folder], { ...options, execArgv: [...options.execArgv, '--import', import.meta.url] });

const isHeld = () => {
  if (!fs.existsSync(join(folder, `hold-${role}`))) return false;
  fs.writeFileSync(join(folder, `held-${role}`), '');
  return true;
};

async function released() {
  while (isHeld()) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}

const { fsync, fsyncSync } = fs;
fs.fsync = (fd, callback) => released().then(() => fsync(fd, callback));
fs.fsyncSync = (fd) => {
  while (isHeld()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY_MS);
  fsyncSync(fd);
};
syncBuiltinESMExports();

const handle = await fs.promises.open(import.meta.filename ?? new URL(import.meta.url).pathname);
const prototype = Object.getPrototypeOf(handle);
await handle.close();
const { sync } = prototype;
prototype.sync = async function slowSync() {
  await released();
  await sync.call(this);
};
