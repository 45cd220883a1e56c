import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { main } from '../../../src/cli/main.ts';

/** Runs a command line in this process, so that thousands of runs take seconds. */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; stderr: string }> {
  let stderr = '';
  const sink = () =>
    new Writable({
      write(chunk, _encoding, done) {
        stderr += chunk;
        done();
      },
    });
  const source = Object.assign(new EventEmitter(), {
    argv: ['node', 'oso-fallback', ...args],
    env,
    stdout: sink(),
    stderr: sink(),
    exit: () => undefined,
  });
  return { code: await main(source), stderr };
}
