import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'vitest';

/** Skips the test, saying why, on machines without a tool. Tools of administrators are often outside of PATH. */
export function needs(tool: string, context: TestContext): void {
  context.skip(!isInstalled(tool), `${tool} is not installed`);
}

/** `promtool` plays days of metrics, for half a minute where the machine does much else. */
export const LONGEST_MS = 300_000;

/** Exit code and all output of a checker. */
export function check(command: string, args: readonly string[], cwd?: string): { code: number | null; output: string } {
  const env = { ...process.env, PATH: SEARCHED.join(delimiter) };
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: LONGEST_MS,
  });
  return { code: status, output: `${stdout}${stderr}${error?.message ?? ''}` };
}

const SEARCHED = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

function isInstalled(tool: string): boolean {
  return SEARCHED.some((directory) => {
    try {
      accessSync(join(directory, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
