import { expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import { shortageError } from '../../src/errors/shortage.ts';
import { receiveError, sendError } from '../../src/sync/build-process/job.ts';

test('what a process that builds had too little of is told by the node with its hint', () => {
  const thrown = Object.assign(new Error('EMFILE: too many open files, open /a'), { code: 'EMFILE' });
  expect(receiveError(sendError(thrown))).toMatchObject({
    code: 'COPY_FAILED',
    message: 'too many open files (EMFILE: too many open files, open /a)',
    hint: 'raise the limit of open files (`ulimit -n`)',
  });
});

test.each([
  ['EAGAIN', 'spawn /usr/local/bin/node EAGAIN'],
  ['ERR_WORKER_INIT_FAILED', 'EAGAIN'],
])('what could not begin for want of processes is told with a hint: %s', (code, message) => {
  expect(shortageError(Object.assign(new Error(message), { code }))).toMatchObject({
    code: 'COPY_FAILED',
    message: `the system lets no more processes or threads begin (${message})`,
    hint: expect.stringContaining('`ulimit -u`'),
  });
});

test.each([
  'text',
  Object.assign(new Error('read EAGAIN'), { code: 'EAGAIN' }),
  new Error('a bug'),
  Object.assign(new Error('no such file'), { code: 'ENOENT' }),
  new OsoError('NO_SPACE', 'the disk is full'),
])('%s is no shortage', (thrown) => {
  expect(shortageError(thrown)).toBeUndefined();
});
