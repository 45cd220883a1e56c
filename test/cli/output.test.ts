import { PassThrough, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import chalk from 'chalk';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createOutput } from '../../src/cli/output.ts';
import { paintFor } from '../../src/cli/paint.ts';
import { startProgress } from '../../src/cli/progress.ts';
import { reportErrors } from '../../src/cli/report-errors.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import { FakeClock } from '../support/fake-clock.ts';

interface Switches {
  readonly isJson?: boolean;
  readonly isQuiet?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

function outputWith(switches: Switches = {}, isTTY = false, columns = 80) {
  const drawing = { clearLine: () => true, cursorTo: () => true, moveCursor: () => true };
  const stdout: Terminal = Object.assign(new PassThrough(), { isTTY });
  const stderr: Terminal = Object.assign(new PassThrough(), { isTTY, columns, ...drawing });
  const output = createOutput({ stdout, stderr, isJson: false, isQuiet: false, env: {}, ...switches });
  return { output, out: () => textOf(stdout), err: () => textOf(stderr), stdout };
}

/** All that was written since the last look. A single read gives all of it up to Node.js 24, and one piece since then. */
function textOf(stream: Terminal): string {
  if (!(stream instanceof PassThrough)) return '';
  let text = '';
  for (let piece = stream.read(); piece !== null; piece = stream.read()) text += String(piece);
  return text;
}

describe('results', () => {
  test('are text for people, or one line of JSON', () => {
    const human = outputWith();
    human.output.result('done', { done: true });
    human.output.note('by the way');
    expect([human.out(), human.err()]).toEqual(['done\n', 'by the way\n']);
    const json = outputWith({ isJson: true });
    json.output.result('done', { done: true });
    expect([json.out(), json.err()]).toEqual(['{"done":true}\n', '']);
  });

  test('are silent with --quiet, but for JSON that was asked for', () => {
    const quiet = outputWith({ isQuiet: true });
    quiet.output.result('done', { done: true });
    quiet.output.note('by the way');
    expect([quiet.out(), quiet.err()]).toEqual(['', '']);
    const both = outputWith({ isQuiet: true, isJson: true });
    both.output.result('done', { done: true });
    expect(both.out()).toBe('{"done":true}\n');
  });

  test('go to stderr when stdout carries bytes', () => {
    const { output, out, err } = outputWith();
    output.binary().write('bytes');
    output.result('done', {});
    expect([out(), err()]).toEqual(['bytes', 'done\n']);
  });

  test('failures of stdout are those of whoever writes bytes there', () => {
    const { output, stdout } = outputWith();
    output.binary();
    expect(() => stdout.emit('error', Object.assign(new Error('disk'), { code: 'ENOSPC' }))).not.toThrow();
  });

  test('are waited for, but bytes that a reader does not take are not', async () => {
    const stuck: Terminal = new Writable({ write: () => {} });
    const output = createOutput({ stdout: stuck, stderr: new PassThrough(), isJson: false, isQuiet: false, env: {} });
    output.binary().write('bytes');
    expect(await output.settled()).toBeUndefined();
  });

  test('that nobody needed to write are no failure, wherever they would have gone', async () => {
    const full = new Writable({ write: (_, __, done) => done(new Error('the disk is full')) });
    const output = createOutput({ stdout: new PassThrough(), stderr: full, isJson: false, isQuiet: false, env: {} });
    output.result('done', {});
    expect(await output.settled()).toBeUndefined();
    output.note('by the way');
    expect(await output.settled()).toMatchObject({ message: 'the disk is full' });
  });

  test('a reader that has gone is no error; anything else is told when all is written', async () => {
    const { output, stdout } = outputWith();
    stdout.emit('error', Object.assign(new Error('gone'), { code: 'EPIPE' }));
    expect(await output.settled()).toBeUndefined();
    const disk = Object.assign(new Error('disk'), { code: 'EIO' });
    stdout.emit('error', disk);
    stdout.emit('error', new Error('later'));
    expect(await output.settled()).toBe(disk);
  });
});

describe('errors', () => {
  const first = new OsoError('GUARD_OLDER', 'the data are old', { hint: 'take newer ones' });
  const second = new OsoError('NO_SPACE', 'the disk is full');

  test('are text on stderr, and the first one gives the exit code', async () => {
    const { output, out, err } = outputWith();
    expect(await reportErrors(new AggregateError([first, second]), output)).toBe(5);
    expect(out()).toBe('');
    expect(err()).toBe('GUARD_OLDER: the data are old\nhint: take newer ones\nNO_SPACE: the disk is full\n');
  });

  test('are an object on stdout as well with --json', async () => {
    const { output, out } = outputWith({ isJson: true });
    await reportErrors(first, output);
    const error = { code: 'GUARD_OLDER', message: 'the data are old', hint: 'take newer ones' };
    expect(JSON.parse(out())).toEqual({ error, errors: [error] });
  });

  test('for want of processes are no bug of ours, and say what to do', async () => {
    const { output, err } = outputWith();
    await reportErrors(
      Object.assign(new Error('spawn node EAGAIN'), { code: 'EAGAIN', syscall: 'spawn node' }),
      output,
    );
    expect(err()).toMatch(
      /^COPY_FAILED: the system lets no more processes or threads begin .*\nhint: raise the limit of/u,
    );
  });

  test('of ours show their stack and end with 1', async () => {
    const { output, out, err } = outputWith({ isJson: true });
    expect(await reportErrors(new TypeError('x is not a function'), output)).toBe(1);
    expect(err()).toMatch(/^INTERNAL: a bug in oso-fallback\nTypeError: x is not a function\n {4}at /);
    expect(JSON.parse(out()).error).toEqual({ code: 'INTERNAL', message: 'x is not a function' });
  });

  test.each([
    [{ path: '/a' }, '`/a`'],
    [{}, '`a file`'],
  ])('of a system that has no more files are none of ours: %j', async (place, named) => {
    const { output, err } = outputWith();
    const error = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE', ...place });
    expect(await reportErrors(error, output)).toBe(1);
    const hint = 'hint: raise the limit of open files (`ulimit -n`)';
    expect(err()).toBe(`DIRECTORY_UNUSABLE: cannot use ${named}: too many open files\n${hint}\n`);
  });

  test('of a system that has no more files for this program itself name none of its modules', async () => {
    const { output, err } = outputWith();
    const path = fileURLToPath(new URL('../../dist/bin/some-module.js', import.meta.url));
    await reportErrors(Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE', path }), output);
    const hint = 'hint: raise the limit of open files (`ulimit -n`)';
    expect(err()).toBe(`DIRECTORY_UNUSABLE: cannot open the files of this program: too many open files\n${hint}\n`);
  });

  test('have colour on a terminal only', async () => {
    const { output, err } = outputWith({}, true);
    await reportErrors(second, output);
    expect(err()).toBe('\u001b[31mNO_SPACE\u001b[39m: the disk is full\n');
  });
});

describe('colour', () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });

  test.each([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['a dumb terminal', { TERM: 'dumb' }],
  ])('%s turns it off', async (_, env) => {
    expect((await paintFor(terminal, env)).bad('text')).toBe('text');
  });

  test('an empty NO_COLOR does not', async () => {
    expect((await paintFor(terminal, { NO_COLOR: '' })).good('text')).toBe('\u001b[32mtext\u001b[39m');
  });
});

describe('progress', () => {
  test.each([
    ['without a terminal', outputWith()],
    ['with --quiet', outputWith({ isQuiet: true }, true)],
    ['on a dumb terminal', outputWith({ env: { TERM: 'dumb' } }, true)],
    ['on a terminal that a CI system imitates', outputWith({ env: { CI: 'true' } }, true)],
    ['on a terminal that does not know its width, which would be drawn on for ever', outputWith({}, true, 0)],
  ])('is silent %s', async (_, { output, err }) => {
    expect(output.drawing).toBe('none');
    using progress = await startProgress(output, new FakeClock(), 'working');
    progress.onFacts('read', 1, 2);
    progress.onBytes('write', 1, 2);
    progress.say('still working');
    expect(err()).toBe('');
  });

  test('is drawn on a terminal, without colour when NO_COLOR says so', async () => {
    const levelHere = chalk.level;
    onTestFinished(() => {
      chalk.level = levelHere;
      vi.unstubAllEnvs();
    });
    // Where tests run is not where the command runs: only the environment that it was given counts.
    vi.stubEnv('CI', 'true');
    vi.stubEnv('TERM', 'dumb');
    // As on a terminal: where tests run there is none.
    chalk.level = 1;
    for (const [env, isCyan] of [
      [{}, true],
      [{ NO_COLOR: '1' }, false],
    ] as const) {
      const { output, err } = outputWith({ env }, true);
      const progress = await startProgress(output, new FakeClock(), 'working');
      progress[Symbol.dispose]();
      const drawn = err();
      expect(drawn).toMatch('working');
      expect(drawn.includes('\u001b[36m')).toBe(isCyan);
      progress[Symbol.dispose]();
      expect(err()).toBe('');
    }
  });
});
