import { expect, test } from 'vitest';
import { errnoOf } from '../../src/errors/errno.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import { ioError } from '../../src/snapshot/io-error.ts';

const systemError = (code: string) => Object.assign(new Error(`${code}: something`), { code });

test('a lack of room is told apart from everything else', () => {
  for (const [code, reason, hint] of [
    ['ENOSPC', 'the disk is full', 'free some space, or use a larger disk'],
    ['EDQUOT', 'the disk quota is used up', 'free some space, or ask for a larger quota'],
    [
      'EFBIG',
      'the file would be larger than allowed',
      'raise the limit of file sizes (`ulimit -f`), or use another disk',
    ],
  ] as const) {
    const cause = systemError(code);
    expect(ioError(cause, 'write', '/a')).toMatchObject({
      code: 'NO_SPACE',
      message: `cannot write \`/a\`: ${reason}`,
      hint,
      cause,
    });
  }
  for (const [code, reason] of [
    ['EACCES', 'permission denied'],
    ['EROFS', 'the filesystem is read-only'],
    ['EIO', 'the disk reported an error'],
    ['EMFILE', 'too many open files'],
    ['EUCLEAN', 'the filesystem is damaged'],
    ['EBADMSG', 'the filesystem is damaged'],
    ['ESTALE', 'the server of the filesystem does not know the file any more'],
    ['EOWNERDEAD', 'EOWNERDEAD'],
  ] as const) {
    const message = `cannot open \`/a\`: ${reason}`;
    expect(ioError(systemError(code), 'open', '/a')).toMatchObject({ code: 'DIRECTORY_UNUSABLE', message });
  }
});

test('whoever is denied is told who asked: a container has another user than the folder that it was given', () => {
  const hint = `this process is user ${process.getuid?.()} of group ${process.getgid?.()}; for a container \`--user UID:GID\` chooses another`;
  expect(ioError(systemError('EACCES'), 'write', '/export')).toMatchObject({ hint });
  expect(ioError(systemError('EROFS'), 'write', '/export')).toMatchObject({ hint: undefined });
});

test('who has too many files open, or too little memory, is told how to have more', () => {
  const hint = 'raise the limit of open files (`ulimit -n`)';
  expect(ioError(systemError('EMFILE'), 'open', '/a')).toMatchObject({ hint });
  const message = 'cannot open `/a`: the system has no memory left';
  expect(ioError(systemError('ENOMEM'), 'open', '/a')).toMatchObject({
    message,
    hint: expect.stringMatching(/memory/u),
  });
});

test('errors that do not come from the system pass through', () => {
  for (const error of [
    new OsoError('NO_SPACE', 'full'),
    new Error('bug'),
    systemError('ERR_INVALID_ARG'),
    'text',
    undefined,
  ]) {
    expect(ioError(error, 'open', '/a')).toBe(error);
    expect(errnoOf(error)).toBeUndefined();
  }
});
