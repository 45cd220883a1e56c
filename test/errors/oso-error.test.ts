import { expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';

test('a rendered error has code, message, place, source line and hint', () => {
  const source = { name: 'policy.polar', text: 'p(a) if\n  has_rol(a, "x", b);\n' };
  const error = new OsoError('POLAR_UNDECLARED', 'no such thing', {
    span: { source, start: 10, end: 17 },
    hint: 'did you mean `has_role`?',
  });
  expect(error.render()).toBe(
    [
      'POLAR_UNDECLARED: no such thing',
      'policy.polar:2:3',
      '2 |   has_rol(a, "x", b);',
      '  |   ^^^^^^^',
      'hint: did you mean `has_role`?',
    ].join('\n'),
  );
});

test('an error without place and hint renders as one line, and keeps its cause', () => {
  const cause = new Error('disk');
  const error = new OsoError('NO_SPACE', 'the disk is full', { cause });
  expect(error.render()).toBe('NO_SPACE: the disk is full');
  expect(error.cause).toBe(cause);
  expect(new OsoError('NO_SPACE', 'the disk is full')).not.toHaveProperty('cause');
});
