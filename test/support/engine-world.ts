import type { RequestContext } from '../../src/engine/engine.ts';
import { loadPolicy } from '../../src/program/load-policy.ts';
import type { Program } from '../../src/program/program.ts';

/** The program of a policy that must load. */
export function programOf(policy: string): Program {
  const loaded = loadPolicy([{ name: 'policy.polar', text: policy }]);
  if (!loaded.ok)
    throw new Error(`the policy does not load: ${loaded.errors.map(({ message }) => message).join('; ')}`);
  return loaded.program;
}

/** A request without limits that matter, at time 1000, with whatever else is given. */
export function requestWith(parts: Partial<RequestContext> = {}): RequestContext {
  return {
    contextFacts: [],
    unixTime: 1000n,
    budget: { maxSteps: 100_000_000, deadlineMs: Number.POSITIVE_INFINITY, monotonicMs: () => 0 },
    ...parts,
  };
}
