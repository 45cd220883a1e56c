import { expect, test } from 'vitest';
import { errnoOf } from '../../src/errors/errno.ts';
import { OsoError } from '../../src/errors/oso-error.ts';

const thrown = (fields: object) => Object.assign(new Error('as thrown'), fields);

test.each(['ENOENT', 'ENOSPC', 'E2BIG'])('what Node.js has a word for is called that: %s', (code) => {
  expect(errnoOf(thrown({ code, errno: -1 }))).toBe(code);
});

test.each([
  ['linux', 'EDQUOT', -122],
  ['linux', 'ENOLCK', -37],
  ['linux', 'ESTALE', -116],
  ['linux', 'EUCLEAN', -117],
  ['linux', 'EBADMSG', -74],
  ['darwin', 'EDQUOT', -69],
  ['darwin', 'ENOLCK', -77],
  ['linux', 'errno 512', -512],
  ['aix', 'errno 88', -88],
])('what it has none for gets its own by its number, in each of the shapes: on %s %s', (platform, name, errno) => {
  const code = `Unknown system error ${errno}`;
  expect(errnoOf(thrown({ code, errno, syscall: 'mkdir' }), platform)).toBe(name);
  // As a native module throws it, and `writeSync`.
  expect(errnoOf(thrown({ code }), platform)).toBe(name);
  expect(errnoOf(thrown({ code: 'UNKNOWN', errno, syscall: 'write' }), platform)).toBe(name);
});

test('an unknown error without a number is one all the same', () => {
  expect(errnoOf(thrown({ code: 'UNKNOWN' }))).toBe('errno 0');
});

test.each([
  ['of this program', new OsoError('NO_SPACE', 'full')],
  ['of Node.js', thrown({ code: 'ERR_INVALID_ARG_TYPE' })],
  ['of a parser', thrown({ code: 'Unknown escape' })],
  ['with a number for a code', thrown({ code: 122 })],
  ['without a code', new Error('bug')],
  ['that is a text', 'ENOENT'],
  ['that is nothing', undefined],
])('no system error: one %s', (_, error) => {
  expect(errnoOf(error)).toBeUndefined();
});
