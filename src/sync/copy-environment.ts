import type { ControlPlane, PolicyText } from '../control-plane/control-plane.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { FactBatch } from '../facts/fact.ts';
import type { FactStream } from '../facts/fact-sink.ts';
import { compilePolicy } from '../generations/compile-policy.ts';
import type { Clock } from '../util/clock.ts';
import type { StallGuard } from './stall-guard.ts';

/** Policy and facts of one environment, as one read of the control plane found them. */
export interface LiveContent {
  readonly policyText: string;
  /** When reading began, milliseconds since the Unix epoch: nothing in it is older. */
  readonly takenAtMs: number;
  /** Read once, while `take` runs. */
  readonly facts: FactStream;
}

export interface CopyOptions<T> {
  readonly clock: Clock;
  readonly guard: StallGuard;
  /** Told now and then how many bytes have arrived. */
  readonly onBytes?: ((received: number, expected: number | undefined) => void) | undefined;
  /** Consumes the facts and keeps what it made of them. It removes its own traces when it throws. */
  readonly take: (content: LiveContent) => Promise<T>;
  /** Throws away what `take` made, because the policy changed meanwhile. */
  readonly discard: (taken: T) => Promise<void>;
}

/** A policy that changes more often than this during one copy is being worked on: better copied later. */
const MAX_ROUNDS = 3;

/**
 * Reads the policy, the facts, and the policy again; when it changed meanwhile, starts over: facts and policy belong
 * together. Throws what the control plane throws, POLICY_INVALID when the policy does not compile, and
 * CONTROL_PLANE_UNSTABLE when it kept changing.
 */
export async function copyEnvironment<T>(controlPlane: ControlPlane, options: CopyOptions<T>): Promise<T> {
  const { clock, take, discard } = options;
  let takenAtMs = clock.nowMs();
  let policy = await readPolicy(controlPlane, options.guard);
  for (let round = 1; round <= MAX_ROUNDS; round++) {
    const facts = await readFacts(controlPlane, policy.text, options);
    const taken = await take({ policyText: policy.text, takenAtMs, facts });
    const againAtMs = clock.nowMs();
    const again = await policyAgain(controlPlane, policy, options.guard).catch(async (error: unknown) => {
      await discard(taken);
      throw error;
    });
    if (again === undefined) return taken;
    await discard(taken);
    [policy, takenAtMs] = [again, againAtMs];
  }
  throw new OsoError('CONTROL_PLANE_UNSTABLE', `the policy changed ${MAX_ROUNDS} times while it was being copied`, {
    hint: 'Try again when nobody is changing the policy.',
  });
}

async function readPolicy(controlPlane: ControlPlane, { watch, signal }: StallGuard): Promise<PolicyText> {
  const policy = await watch(() => controlPlane.policy({ signal }));
  if (policy === 'not-modified') throw notAsked();
  return policy;
}

/** Undefined when it is still the same. */
async function policyAgain(
  controlPlane: ControlPlane,
  { text, etag }: PolicyText,
  { watch, signal }: StallGuard,
): Promise<PolicyText | undefined> {
  const policy = await watch(() => controlPlane.policy({ signal, etag }));
  if (policy === 'not-modified' && etag === undefined) throw notAsked();
  return policy === 'not-modified' || policy.text === text ? undefined : policy;
}

async function readFacts(
  controlPlane: ControlPlane,
  policyText: string,
  { guard, onBytes }: Pick<CopyOptions<unknown>, 'guard' | 'onBytes'>,
): Promise<FactStream> {
  const { signatures } = compilePolicy(policyText, 'POLICY_INVALID');
  const predicates = [...new Set(signatures.map(({ predicate }) => predicate))].sort();
  const facts = await guard.watch(() =>
    controlPlane.facts({
      signal: guard.signal,
      predicates,
      onBytes(received, expected) {
        guard.onProgress();
        onBytes?.(received, expected);
      },
    }),
  );
  if (facts === 'not-modified') throw notAsked();
  return watched(facts, guard);
}

/** The same batches; every wait for the next one is watched. */
async function* watched(facts: FactStream, guard: StallGuard): AsyncGenerator<FactBatch, void, undefined> {
  const batches = facts[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await guard.watch(() => batches.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await batches.return?.();
  }
}

function notAsked(): OsoError {
  return new OsoError('CONTROL_PLANE_MALFORMED', 'the control plane answered `not modified` without having been asked');
}
