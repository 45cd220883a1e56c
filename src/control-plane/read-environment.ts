import { OsoError } from '../errors/oso-error.ts';
import type { FactBatch } from '../facts/fact.ts';
import type { FactStream } from '../facts/fact-sink.ts';
import type { Clock } from '../util/clock.ts';
import type { ControlPlane, FetchOptions, PolicyText } from './control-plane.ts';

/** When the data of a copy were current. */
export interface Sighting {
  /**
   * Milliseconds since the Unix epoch: by the wall clock just before the first request, less `sourceAgeMs`. The data are at
   * least as new as this, so their age is never understated.
   */
  readonly takenAtMs: number;
  /** How old they were for the control plane itself; 0 when it names no age, which only copies do. */
  readonly sourceAgeMs: number;
}

/** Whether the data came from where they are written, and not from a copy. */
export function isFirstHand({ sourceAgeMs }: Pick<Sighting, 'sourceAgeMs'>): boolean {
  return sourceAgeMs === 0;
}

/** Policy and facts of one attempt. */
export interface EnvironmentCopy extends Sighting {
  readonly policy: PolicyText;
  /** Of the listing of facts; undefined when the control plane gave none. */
  readonly factsEtag: string | undefined;
  /** Read once, to its end; it throws when it was cut short. */
  readonly facts: FactStream;
}

/** What is made of a copy. */
export interface EnvironmentConsumer<T> {
  /** Predicates that the policy can read; throws what refuses a policy, before any fact is asked for. */
  predicatesOf(policy: PolicyText): readonly string[];
  /** Reads all facts and makes something of them that has no effect yet: the copy may still turn out mixed. */
  consume(copy: EnvironmentCopy): Promise<T>;
  /** Removes what `consume` made. */
  discard(result: T): Promise<void>;
  /** Facts that are here already. Undefined: all facts are read in any case. */
  readonly known?: KnownFacts<T> | undefined;
}

export interface KnownFacts<T> {
  /** Of the facts that belong to this policy, intact; undefined: none do. */
  etagFor(policy: PolicyText): string | undefined;
  /** Instead of `consume`, when the control plane says that nothing has changed. */
  unchanged(sighting: Sighting): T;
}

export interface ReadEnvironmentOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Attempts before the policy counts as unstable; 3 unless given. */
  readonly maxAttempts?: number | undefined;
  /** Of the facts; starts again at zero with each attempt. */
  readonly onBytes?: FetchOptions['onBytes'];
}

/**
 * Reads policy, facts, and the policy again; when it changed meanwhile the facts may have been written for either, and
 * everything starts over. What `consume` made is returned only when the policy was the same before and after, and is
 * discarded in every other case.
 *
 * Throws CONTROL_PLANE_UNSTABLE after `maxAttempts`, what the control plane and the consumer throw, or the signal's
 * reason.
 */
export async function readEnvironment<T>(
  controlPlane: ControlPlane,
  consumer: EnvironmentConsumer<T>,
  options: ReadEnvironmentOptions,
): Promise<T> {
  const { maxAttempts = 3 } = options;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const made = await readOnce(controlPlane, consumer, options);
    if (made.kind === 'whole') return made.result;
  }
  throw new OsoError('CONTROL_PLANE_UNSTABLE', `the policy changed during each of ${maxAttempts} attempts to copy it`, {
    hint: 'try again when nobody is uploading policies',
  });
}

type Attempt<T> = { readonly kind: 'whole'; readonly result: T } | { readonly kind: 'mixed' };

async function readOnce<T>(
  controlPlane: ControlPlane,
  consumer: EnvironmentConsumer<T>,
  { clock, signal, onBytes }: ReadEnvironmentOptions,
): Promise<Attempt<T>> {
  const askedAtMs = clock.nowMs();
  const policy = await fetchPolicy(controlPlane, signal);
  const predicates = consumer.predicatesOf(policy);
  const etag = consumer.known?.etagFor(policy);
  const result = await withSignal(signal, async (ofFacts) => {
    const facts = await controlPlane.facts({ signal: ofFacts, onBytes, predicates, etag });
    // Behind one address there may be several nodes, so that policy and facts are not of the same age.
    const { ageMs = 0 } = facts === 'not-modified' ? {} : facts;
    const sourceAgeMs = Math.max(policy.ageMs ?? 0, ageMs);
    const sighting = { takenAtMs: askedAtMs - sourceAgeMs, sourceAgeMs };
    if (facts === 'not-modified') return unchanged(consumer, sighting);
    const read = { isComplete: false };
    const copy = { policy, facts: watchEnd(facts, read), factsEtag: facts.etag, ...sighting };
    const consumed = await consumer.consume(copy);
    if (read.isComplete) return consumed;
    await consumer.discard(consumed);
    throw new Error('the consumer of an environment did not read all of its facts');
  });
  let isWhole = false;
  try {
    isWhole = (await fetchPolicy(controlPlane, signal)).text === policy.text;
  } finally {
    if (!isWhole) await consumer.discard(result);
  }
  return isWhole ? { kind: 'whole', result } : { kind: 'mixed' };
}

function unchanged<T>({ known }: EnvironmentConsumer<T>, sighting: Sighting): T {
  if (known === undefined) throw new Error('no entity tag was sent');
  return known.unchanged(sighting);
}

async function fetchPolicy(controlPlane: ControlPlane, signal: AbortSignal): Promise<PolicyText> {
  const policy = await controlPlane.policy({ signal });
  if (policy === 'not-modified') throw new Error('no entity tag was sent');
  return policy;
}

/** Runs `work` under a signal of its own that is aborted afterwards, so that a stream left unread is closed. */
async function withSignal<R>(signal: AbortSignal, work: (own: AbortSignal) => Promise<R>): Promise<R> {
  const own = new AbortController();
  try {
    return await work(AbortSignal.any([signal, own.signal]));
  } finally {
    own.abort();
  }
}

async function* watchEnd(facts: FactStream, read: { isComplete: boolean }): AsyncGenerator<FactBatch> {
  yield* facts;
  read.isComplete = true;
}
