import { expect, test } from 'vitest';
import { OsoError } from '../../../src/errors/oso-error.ts';
import { explainMissing, requireSameBuild } from '../../../src/sync/build-process/same-build.ts';

test('whoever was started by another build does nothing; sources ask for none', () => {
  requireSameBuild(undefined);
  expect(() => requireSameBuild('another')).toThrow('the program was replaced while this node ran; restart the node');
});

test.each([
  ["Error: Cannot find module '/opt/build-process.js'", true],
  ["Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'undici' imported from /opt/a.js\n    at f (a.js:1:1)", true],
  ["SyntaxError: The requested module './a.js' does not provide an export named 'b'", true],
  ['the build process died (SIGKILL): it hung', false],
  ["a defect\nCannot find module 'x'", false],
])('%j is told as a program that is not whole: %s', (message, isMissing) => {
  const error = new Error(message);
  const explained = explainMissing(error);
  if (isMissing) {
    expect(explained).toMatchObject({ code: 'COPY_FAILED', message: expect.stringContaining('restart the node: ') });
    expect(explained).toMatchObject({ message: expect.not.stringContaining('\n') });
  } else expect(explained).toBe(error);
});

test('what is known already stays as it is', () => {
  const error = new OsoError('CONTROL_PLANE_FAILED', 'Cannot find module x');
  expect(explainMissing(error)).toBe(error);
});
