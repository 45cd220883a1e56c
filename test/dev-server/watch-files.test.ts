import { mkdtempSync, writeFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readPolicyFiles } from '../../src/cli/read-policy-files.ts';
import { watchFiles } from '../../src/dev-server/watch-files.ts';
import type { Source } from '../../src/source/source.ts';
import { systemClock } from '../../src/util/clock.ts';

/** Watches `policy.polar` in a folder of its own, which has had this text when it was read. */
function watching(text: string, now: string | Buffer = text) {
  const folder = mkdtempSync(join(tmpdir(), 'watch-'));
  const path = join(folder, 'policy.polar');
  writeFileSync(path, now);
  const seen: string[] = [];
  const said: unknown[] = [];
  const log = { info() {}, warn() {}, error: (message: string, fields: unknown) => said.push([message, fields]) };
  const onChange = (sources: readonly Source[]) => seen.push(...sources.map((source) => source.text));
  const known = [{ name: path, text }];
  const watch = watchFiles({ paths: [path], known, read: readPolicyFiles, clock: systemClock, log, onChange });
  onTestFinished(async () => {
    watch.close();
    await rm(folder, { recursive: true });
  });
  return { folder, path, seen, said };
}

test('a policy is read again when it was replaced by a rename, and only when its text has changed', async () => {
  const { folder, path, seen } = watching('one');
  await writeFile(join(folder, 'other'), 'x');
  // At once: who looks while a file is being written may find it empty.
  writeFileSync(path, 'one');
  await writeFile(join(folder, 'new'), 'two');
  await rename(join(folder, 'new'), path);
  await expect.poll(() => seen).toEqual(['two']);
  await rm(path);
  writeFileSync(path, 'three');
  await expect.poll(() => seen.at(-1)).toBe('three');
});

test('a policy that has changed since it was read at the start is read again', async () => {
  const { seen } = watching('one', 'two');
  await expect.poll(() => seen).toEqual(['two']);
});

test('a policy is read as at the start: without the mark of byte order', async () => {
  const { path, seen } = watching('one');
  writeFileSync(path, '\ufefftwo');
  await expect.poll(() => seen).toEqual(['two']);
});

test('what is no text is told, and the next change is seen all the same', async () => {
  const { path, seen, said } = watching('one', Buffer.from([0xff]));
  await expect
    .poll(() => said)
    .toEqual([['a changed policy could not be used', { error: `\`${path}\` is not UTF-8 text` }]]);
  writeFileSync(path, 'two');
  await expect.poll(() => seen).toEqual(['two']);
});

test('a folder that is not there cannot be watched', () => {
  const paths = [join(tmpdir(), 'oso-nowhere', 'policy.polar')];
  const log = { info() {}, warn() {}, error() {} };
  const options = { paths, known: [], read: readPolicyFiles, clock: systemClock, log, onChange: () => {} };
  expect(() => watchFiles(options)).toThrow(/^cannot watch `.*oso-nowhere`: ENOENT/u);
});
