import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli-process.ts';
import { openWorkplace } from './support/workplace.ts';

/** A shell gives what no text of ours can hold. */
const BYTES = `"$(printf 'caf\\351')"`;

test.each([
  ['an argument', `set -- "$@" export ${BYTES};`, 'argument 1 of the command'],
  ['a flag', `set -- "$@" status --directory=${BYTES};`, 'argument 1 of the command'],
  ['a variable', `set -- "$@" import x.snapshot; export OSO_DIRECTORY=${BYTES};`, 'OSO_DIRECTORY'],
])('that are no UTF-8, in %s, are refused: another file would be meant', async (_, shell, what) => {
  await using place = await openWorkplace();
  expect(await runCli([], { cwd: place.path, env: place.env, shell })).toMatchObject({
    code: 2,
    stderr: `CONFIG_INVALID: ${what} has bytes that are no UTF-8\nhint: a file of such a name needs another one\n`,
  });
  expect(readdirSync(place.path)).toEqual([]);
});

test('that are any other text are taken as they are', async () => {
  await using place = await openWorkplace();
  const name = 'café 日本 \n"$x".snapshot';
  expect((await place.run(['export', name])).code).toBe(0);
  expect((await place.run(['verify', name])).code).toBe(0);
  expect(readdirSync(place.path)).toEqual([name]);
});
