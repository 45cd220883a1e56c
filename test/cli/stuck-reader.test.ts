import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { statusOf, until } from './support/running-node.ts';
import { openWorkplace, reader } from './support/workplace.ts';

const ENTRY = fileURLToPath(new URL('../../dist/bin/oso-fallback.js', import.meta.url));

test('SIGTERM ends an export whose reader takes nothing more, and nothing is left', async () => {
  // More than a pipe and its reader hold.
  await using place = await openWorkplace(Array.from({ length: 40_000 }, () => reader(randomUUID())));
  const env = { PATH: process.env['PATH'], TMPDIR: place.path, ...place.env };
  const child = spawn(process.execPath, [ENTRY, 'export', '-'], { cwd: place.path, env });
  // Looks, and reads nothing.
  await once(child.stdout, 'readable');
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(130);
  expect(readdirSync(place.path)).toEqual([]);
  child.stdout.destroy();
});

test('SIGTERM ends a node whose log nobody reads any more', async () => {
  await using place = await openWorkplace();
  const env = { PATH: process.env['PATH'], ...place.env };
  const child = spawn(process.execPath, [ENTRY, 'serve', '--json'], { cwd: place.path, env });
  let stdout = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.destroy();
  await until(
    async () => stdout,
    (text) => text.includes('"event":"serving"'),
  );
  const url = /"url":"([^"]+)"/u.exec(stdout)?.[1]?.replace('localhost', '127.0.0.1') ?? '';
  place.cloud.always('/api/policy', { status: 500, body: '{}' });
  await until(
    async () => {
      child.kill('SIGHUP');
      return await statusOf(url);
    },
    ({ sync }) => sync.consecutiveFailures >= 2,
  );
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
