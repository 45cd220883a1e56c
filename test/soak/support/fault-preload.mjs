// Loaded with `--import` into a process under test: kills it at one of its calls to the disk, or has calls fail. See
// fault-disk.mjs.

import childProcess from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
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
 *   order  instead of all this: file that says what happens now, and may be changed while the process runs. JSON:
 *            number   of this order; calls are counted from its first one
 *            log      file to which the role and the codes are written that a call can fail with, one call a line
 *            in, at, code, isLasting   the call of that number, or all from it on, fail with that code
 *            fired    file to which the first call that failed is written
 */
const CODES = ['EIO', 'ENOSPC', 'EMFILE', 'EDQUOT', 'EUCLEAN'];

const { FAULT_PLAN } = process.env;
const plan = JSON.parse(FAULT_PLAN ?? '{}');
const role = process.argv[1]?.endsWith('build-process.js') ? 'child' : 'main';

// A process that builds is made without our arguments: it gets them here.
const { fork } = childProcess;
const children = [];
childProcess.fork = (module, args, options) => {
  const child = fork(module, args, { ...options, execArgv: [...options.execArgv, '--import', import.meta.url] });
  children.push(child);
  return child;
};
syncBuiltinESMExports();

const tell = { append: appendFileSync, exists: existsSync, read: readFileSync, write: writeFileSync };
let calls = 0;
let order = 0;

if (plan.order !== undefined) await installFaultDisk(plan.root, obey);
else if (plan.in === role) await installFaultDisk(plan.root, onCall);

function obey({ kind, path, refuses }) {
  const { number, log, in: where, at, code, isLasting, fired } = JSON.parse(tell.read(plan.order, 'utf8'));
  if (number !== order) calls = 0;
  order = number;
  if (log !== undefined) tell.append(log, `${role} ${CODES.filter(refuses).join(' ')}\n`);
  if (where !== role || !refuses(code)) return undefined;
  calls += 1;
  if (isLasting ? calls < at : calls !== at) return undefined;
  if (!tell.exists(fired)) tell.write(fired, `${kind} ${path}`);
  return { error: code };
}

function onCall({ kind, path, isChange }) {
  if (!isChange) return undefined;
  calls += 1;
  if (plan.log !== undefined) tell.append(plan.log, `${kind}\n`);
  if (calls !== plan.at || tell.exists(plan.fired)) return undefined;
  const die = () => {
    tell.write(plan.fired, `${kind} ${path}`);
    // A machine that goes down takes all.
    if (role === 'child') process.kill(process.ppid, 'SIGKILL');
    for (const child of children) child.kill('SIGKILL');
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  };
  if (plan.tear) return kind === 'write' ? { tear: die } : undefined;
  return die();
}
