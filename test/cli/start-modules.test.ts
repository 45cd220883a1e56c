import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openWorkplace } from './support/workplace.ts';

/** As a URL: in NODE_OPTIONS a blank ends a path. */
const LIST = new URL('support/list-modules.mjs', import.meta.url).href;
const PROGRAMS = fileURLToPath(new URL('../../dist/bin', import.meta.url));

/** For bindings, for the control plane, for snapshots, for people at a terminal. */
const LATE = [
  'yaml',
  'undici',
  'tar',
  'zstd-napi',
  'ora',
  'chalk',
  'src/snapshot/read-snapshot.js',
  'src/control-plane/oso-cloud.js',
];

/** What the first thread of a process has loaded: packages by name, own modules by path. */
function loadedBy(pid: number, folder: string): readonly string[] {
  const list = readdirSync(folder).find((name) => name === `${pid}-0.txt`);
  if (list === undefined) throw new Error(`process ${pid} has left no list`);
  const files = readFileSync(join(folder, list), 'utf8').split('\n');
  return files.flatMap((file) => {
    const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(file)?.[1];
    if (inPackage !== undefined) return inPackage;
    return file.includes('/dist/') ? modulesIn(fileURLToPath(file)) : file;
  });
}

/** Modules that were put together in a file: each begins with its path. */
function modulesIn(file: string): readonly string[] {
  const paths = [...readFileSync(file, 'utf8').matchAll(/^\/\/ dist\/(.*)$/gmu)].map(([, path = '']) => path);
  return paths.length === 0 ? [file] : paths;
}

/** The compiler leaves `.ts` in an import in a function with `using`: nobody notices before it is reached. */
test('no program imports a source', () => {
  const files = readdirSync(PROGRAMS).map((name) => readFileSync(join(PROGRAMS, name), 'utf8'));
  expect(files.length).toBeGreaterThan(5);
  expect(files.flatMap((text) => text.match(/["'][^"'\n]*\.ts["']/gu) ?? [])).toEqual([]);
});

test('a start from disk loads what it serves with, and nothing else', async () => {
  await using place = await openWorkplace();
  await place.run(['export', 'x.snapshot']);
  await place.run(['import', 'x.snapshot']);
  const env = { NODE_OPTIONS: `--import=${LIST}`, LIST_MODULES_IN: place.path };
  const node = place.start(['serve', '--offline', '--json'], env);
  await node.event('serving');
  node.kill('SIGTERM');
  expect(await node.ended).toMatchObject({ code: 0 });
  const loaded = loadedBy(node.pid, place.path);
  // What is needed is seen: otherwise what is not seen would say nothing.
  expect(loaded).toEqual(expect.arrayContaining(['pino', 'fs-native-extensions', 'src/local-sql/read-yaml.js']));
  expect(loaded).toEqual(expect.arrayContaining(['src/metrics/metrics.js', 'src/sync/alarm-book.js']));
  expect(loaded.filter((name) => LATE.includes(name))).toEqual([]);
});

test('no more does a worker', async () => {
  await using place = await openWorkplace();
  const env = { ...process.env, LIST_MODULES_IN: place.path };
  // Outside of a thread it loads everything, and then refuses to go on.
  const ended = spawnSync(process.execPath, [`--import=${LIST}`, join(PROGRAMS, 'worker.js')], {
    env,
    encoding: 'utf8',
  });
  expect(ended).toMatchObject({ status: 1, stderr: expect.stringContaining('this is no program of its own') });
  const loaded = loadedBy(ended.pid, place.path);
  expect(loaded).toEqual(expect.arrayContaining(['src/http/server.js', 'src/local-sql/read-yaml.js']));
  expect(loaded.filter((name) => [...LATE, 'pino', 'fs-native-extensions'].includes(name))).toEqual([]);
});
