import { Secret } from '../../src/config/secret.ts';
import type { ControlPlane } from '../../src/control-plane/control-plane.ts';
import { createOsoCloud, type OsoCloudOptions } from '../../src/control-plane/oso-cloud.ts';
import { TRANSFER_LIMITS, type TransferLimits } from '../../src/control-plane/transfer-limits.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import type { Fact } from '../../src/facts/fact.ts';
import type { FactStream } from '../../src/facts/fact-sink.ts';
import { type Clock, systemClock } from '../../src/util/clock.ts';

export const TOKEN = 'e_0123456789_12345_canary7token7canary';

/** Deadlines short enough for tests of faults that last. */
export const QUICK: TransferLimits = {
  ...TRANSFER_LIMITS,
  headersMs: 400,
  idleMs: 250,
  totalMs: 1_000,
  rateWindowMs: 150,
};

/** Never used up in a test that does not want it to. */
export const PATIENT: TransferLimits = { ...TRANSFER_LIMITS, totalMs: 60_000 };

/**
 * A sleep of so many turns of the event loop, each of a millisecond or more: a process that is given no processor for a
 * second sleeps longer, instead of finding its time over before it has read what has long arrived.
 */
export const loopClock: Clock = {
  ...systemClock,
  async sleep(ms, signal) {
    for (let turns = 0; turns < ms; turns += 1) await systemClock.sleep(1, signal);
  },
};

export const never = new AbortController().signal;

export function connect(url: string, options: Partial<OsoCloudOptions> = {}): ControlPlane {
  return createOsoCloud({
    url,
    apiToken: new Secret(TOKEN),
    version: '1.2.3',
    clock: systemClock,
    limits: PATIENT,
    ...options,
  });
}

export function roleOf(user: string, role = 'member'): Fact {
  const args = [
    { type: 'User', id: user },
    { type: 'String', id: role },
    { type: 'Organization', id: 'acme' },
  ];
  return { predicate: 'has_role', args };
}

export function isPublic(id: string): Fact {
  return { predicate: 'is_public', args: [{ type: 'Repository', id }] };
}

/** Reads a stream to its end. */
export async function collect(facts: FactStream | 'not-modified'): Promise<Fact[]> {
  if (facts === 'not-modified') throw new Error('not modified');
  const all: Fact[] = [];
  for await (const batch of facts) all.push(...batch);
  return all;
}

export async function listAll(controlPlane: ControlPlane, predicates: readonly string[] = []): Promise<Fact[]> {
  return collect(await controlPlane.facts({ signal: never, predicates }));
}

/** The OsoError that some work ends with. */
export async function failureOf(work: Promise<unknown>): Promise<OsoError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof OsoError) return error;
  throw error;
}
