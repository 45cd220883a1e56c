import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startCli } from '../support/cli-process.ts';
import { ask, end, mayRead, serving, statusOf, until } from './support/running-node.ts';
import { openWorkplace } from './support/workplace.ts';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/** The package in a place of its own, where it can be replaced. */
function install(path: string) {
  for (const part of ['dist/bin', 'package.json']) {
    cpSync(join(PACKAGE, part), join(path, part), { recursive: true });
  }
  symlinkSync(join(PACKAGE, 'node_modules'), join(path, 'node_modules'));
  const programs = join(path, 'dist/bin');
  const [build = ''] = /[0-9a-f]{64}/u.exec(readFileSync(join(PACKAGE, 'dist/src/util/build-id.js'), 'utf8')) ?? [];
  return {
    entry: join(programs, 'oso-fallback.js'),
    /** Another build of another version, which is otherwise the same. */
    replace() {
      for (const name of readdirSync(programs)) {
        const text = readFileSync(join(programs, name), 'utf8');
        writeFileSync(join(programs, name), text.replaceAll(build, 'f'.repeat(build.length)));
      }
      writeFileSync(join(path, 'package.json'), '{"version":"99.0.0","type":"module"}');
    },
    remove: () => rmSync(path, { recursive: true }),
  };
}

test('a program that is replaced under its node is named by each copy that fails of it, and no other one is mixed in', async () => {
  await using place = await openWorkplace();
  const installed = install(join(place.path, 'installed'));
  await using node = startCli(['serve', '--json', '--workers', '2'], {
    ...place,
    cwd: place.path,
    entry: installed.entry,
  });
  const { url } = await serving(node);
  const { version } = await statusOf(url);
  async function failureOf(): Promise<{ code: string; message: string }> {
    const before = (await statusOf(url)).sync.consecutiveFailures;
    await ask(url, '/-/sync', { method: 'POST' });
    const { sync } = await until(
      () => statusOf(url),
      (status) => status.sync.consecutiveFailures > before && !status.sync.running,
    );
    return sync.lastError;
  }

  installed.replace();
  expect(await failureOf()).toMatchObject({
    code: 'COPY_FAILED',
    message: 'the program was replaced while this node ran; restart the node',
  });
  installed.remove();
  expect(await failureOf()).toMatchObject({
    code: 'COPY_FAILED',
    message: expect.stringMatching(/^the program is not whole, as when .*; restart the node: .*Cannot find module/u),
  });
  expect(await mayRead(url, 'ann')).toBe(true);
  expect(await statusOf(url)).toMatchObject({ state: 'serving', version });
  expect((await end(node)).code).toBe(0);
});
