import type { Serving } from '../../../src/engine/serving.ts';
import type { Fact } from '../../../src/facts/fact.ts';
import { POLICY, role } from '../../snapshot/support/sample-snapshot.ts';
import { requestWith } from '../../support/engine-world.ts';

/** Policy and facts of one environment, as far as they matter here: which of some policies, and of how many users. */
export interface Content {
  readonly policy: number;
  readonly users: number;
}

export const TENANT = 'acme';
export const OTHER_TENANT = 'initech';
export const ENVIRONMENT = '0123456789';

/** Those of the other tenant can be told from ours. */
export const LEAST_USERS_OF_OTHERS = 100;

export const isSame = (a: Content | undefined, b: Content | undefined) =>
  a?.policy === b?.policy && a?.users === b?.users;

export const printContent = ({ policy, users }: Content) => `${users} users, policy ${policy}`;

export function policyOf({ policy }: Content): string {
  return `# ${policy}\n${POLICY}`;
}

export function factsOf({ users }: Content): Fact[] {
  return Array.from({ length: users }, (_, user) => role(`user-${user}`, 'acme'));
}

/** The content that data answer from, by their answers. Throws when they are of no content that there is. */
export function answeredContent({ policyText, engine, facts }: Serving): Content {
  const policy = Number(/^# (\d+)\n/.exec(policyText)?.[1]);
  const content = { policy, users: facts.factCount };
  const mayRead = (user: number) =>
    engine.authorize(
      {
        actor: { type: 'User', id: `user-${user}` },
        action: 'read',
        resource: { type: 'Organization', id: 'acme' },
      },
      requestWith(),
    );
  if (policyText === policyOf(content) && mayRead(content.users - 1) && !mayRead(content.users)) return content;
  throw new Error(`the answers are of no content that there is: ${printContent(content)}`);
}
