// Loaded with `--import` into a process under test: kills it at one of its calls to the disk. See fault-disk.mjs.

import childProcess from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { installFaultDisk } from './fault-disk.mjs';

/*
 * FAULT_PLAN is JSON:
 *   root   directory whose calls count
 *   in     'main' or 'child': which process of a node the calls are counted in
 *   at     number of the call, from 1, before which the process dies; for `tear`, in the middle of which
 *   tear   whether to die in the middle of a write
 *   fired  file that is made when it happened: it happens once, whatever is started again
 *   log    file to which the kinds of all calls are written, one a line, instead of dying
 */
const { FAULT_PLAN } = process.env;
const plan = JSON.parse(FAULT_PLAN ?? '{}');
const role = process.argv[1]?.endsWith('build-process.js') ? 'child' : 'main';

// A process that builds is made without our arguments: it gets them here.
const { fork } = childProcess;
childProcess.fork = (module, args, options) =>
  fork(module, args, { ...options, execArgv: [...options.execArgv, '--import', import.meta.url] });
syncBuiltinESMExports();

const tell = { append: appendFileSync, exists: existsSync, write: writeFileSync };
let calls = 0;

if (plan.in === role) await installFaultDisk(plan.root, onCall);

function onCall({ kind, path, isChange }) {
  if (!isChange) return undefined;
  calls += 1;
  if (plan.log !== undefined) tell.append(plan.log, `${kind}\n`);
  if (calls !== plan.at || tell.exists(plan.fired)) return undefined;
  const die = () => {
    tell.write(plan.fired, `${kind} ${path}`);
    // A machine that goes down takes both.
    if (role === 'child') process.kill(process.ppid, 'SIGKILL');
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  };
  if (plan.tear) return kind === 'write' ? { tear: die } : undefined;
  return die();
}
