// With `--import`: writes the URLs of all that each thread has imported, and the paths of all that it has required, to the
// folder of LIST_MODULES_IN when the thread ends.
import { writeFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, threadId } from 'node:worker_threads';

const HOOKS = `
let port;
export function initialize(given) { port = given; }
export async function load(url, context, next) { port.postMessage(url); return next(url, context); }`;

const folder = process.env.LIST_MODULES_IN;
const { port1, port2 } = new MessageChannel();
register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data: port2, transferList: [port2] });
port1.unref();
const { cache } = createRequire(import.meta.url);
process.on('exit', () => {
  const modules = Object.keys(cache);
  for (let next = receiveMessageOnPort(port1); next !== undefined; next = receiveMessageOnPort(port1)) {
    modules.push(next.message);
  }
  writeFileSync(join(folder, `${process.pid}-${threadId}.txt`), modules.join('\n'));
});
