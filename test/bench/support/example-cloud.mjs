import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { startProcess, untilReady } from './run-process.mjs';

export const TOKEN = 'e_0123456789_12345_osotesttoken01xiIn';
export const IDENTITY = { OSO_API_TOKEN: TOKEN, OSO_ENVIRONMENT: '0123456789', OSO_TENANT: 'bench' };
export const EXAMPLE_POLICY = fileURLToPath(new URL('../../../examples/code-hosting.polar', import.meta.url));

/** Example facts as lines in a file. */
export async function writeExampleFacts(path, factCount, load) {
  const { generateExampleFacts } = await load('cli/example-data.js');
  const { printFactLine } = await load('facts/fact-line.js');
  const file = createWriteStream(path);
  let lines = '';
  for (const fact of generateExampleFacts({ factCount })) {
    lines += printFactLine(fact);
    if (lines.length < 1 << 20) continue;
    if (!file.write(lines)) await new Promise((resolve) => file.once('drain', resolve));
    lines = '';
  }
  file.end(lines);
  await finished(file);
}

/**
 * Starts a command that serves, until it answers `/healthcheck`. `prefix`: what the command is started with, such as
 * `taskset` or `nice` and their arguments.
 */
export async function startServing(dist, args, { prefix = [], ...options } = {}) {
  const started = performance.now();
  const command = [...prefix, process.execPath, join(dist, 'bin/oso-fallback.js'), ...args, '--port', '0', '--json'];
  const running = startProcess(command, options);
  for (;;) {
    const line = running
      .stdout()
      .split('\n')
      .find((text) => text.includes('"listening"'));
    if (line !== undefined && running.stdout().includes('\n')) {
      const { port } = JSON.parse(line);
      const url = `http://127.0.0.1:${port}`;
      await untilReady(`${url}/healthcheck`, running);
      return { process: running, port, url, readySeconds: (performance.now() - started) / 1000 };
    }
    if (running.child.exitCode !== null) throw new Error(`${args[0]} ended\n${running.stderr()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
