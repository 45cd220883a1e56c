import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { deathOf, lastWords } from '../../../src/sync/build-process/last-words.ts';

/** What Node.js writes when it ends like this. */
function wordsOf(...args: readonly string[]): string {
  return spawnSync(process.execPath, args, { encoding: 'utf8' }).stderr;
}

test.each([
  ['an exception', ['-e', 'throw new TypeError("no such thing")'], 'TypeError: no such thing'],
  ['a rejection', ['-e', 'Promise.reject(new Error("no such thing"))'], 'Error: no such thing'],
  ['an error of the system', ['-e', 'require("fs").readFileSync("/nowhere")'], /^Error: ENOENT: no such file.*nowhere/],
  ['a program that is not there', ['/nowhere.js'], /^Error: Cannot find module .*nowhere\.js/],
  ['a module that is not there', ['--input-type=module', '-e', 'import "/no.js"'], /^Error \[ERR_MODULE_NOT_FOUND\]: /],
  ['words of its own', ['-e', 'console.error("one\\noh no"); process.exit(9)'], 'oh no'],
  ['nothing said', ['-e', 'process.exit(9)'], ''],
])('of %s', (_, args, words) => {
  expect(lastWords(wordsOf(...args))).toEqual(words instanceof RegExp ? expect.stringMatching(words) : words);
});

test('of the engine, which ran out of memory', () => {
  const text = wordsOf('--max-old-space-size=8', '-e', 'const a = []; for (;;) a.push({ a: [a.length] })');
  expect(lastWords(text)).toMatch(/^FATAL ERROR: .*heap out of memory$/);
});

test.each([
  [
    'SIGKILL',
    '',
    'COPY_FAILED: the build process died (SIGKILL): killed from outside, as systems do that are short of memory',
  ],
  ['SIGKILL', 'it hung', 'Error: the build process died (SIGKILL): it hung'],
  ['SIGSEGV', '', 'Error: the build process died (SIGSEGV): it said nothing'],
  [
    'SIGABRT',
    'FATAL ERROR: heap out of memory',
    'COPY_FAILED: the build process died (SIGABRT): FATAL ERROR: heap out of memory',
  ],
])('a death by %s with the words "%s" is told in a whole sentence', (how, said, told) => {
  const error = deathOf(how, said);
  expect(`${'code' in error ? error.code : error.name}: ${error.message}`).toBe(told);
});
