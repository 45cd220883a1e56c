import { expect, test } from 'vitest';
import { compilePolicy } from '../../src/generations/compile-policy.ts';

const POLICY = 'actor User {}\nresource Repo { permissions = ["read"]; }\n';

test('the policy that was compiled last is not compiled again', () => {
  const program = compilePolicy(POLICY, 'POLICY_INVALID');
  expect(compilePolicy(POLICY, 'SNAPSHOT_POLICY')).toBe(program);
});

test('another policy is another program', () => {
  const program = compilePolicy(POLICY, 'POLICY_INVALID');
  const other = compilePolicy(POLICY.replace('read', 'write'), 'POLICY_INVALID');
  expect([...(other.metadata.resources.get('Repo')?.permissions ?? [])]).toEqual(['write']);
  expect([...(program.metadata.resources.get('Repo')?.permissions ?? [])]).toEqual(['read']);
});

test.each(['POLICY_INVALID', 'SNAPSHOT_POLICY'] as const)(
  'a policy with an error is refused with %s each time',
  (code) => {
    compilePolicy(POLICY, 'POLICY_INVALID');
    const bad = `${POLICY}actor\n`;
    for (const _ of [1, 2]) expect(() => compilePolicy(bad, code)).toThrow(expect.objectContaining({ code }));
  },
);
