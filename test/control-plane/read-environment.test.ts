import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { PolicyText } from '../../src/control-plane/control-plane.ts';
import {
  type EnvironmentConsumer,
  type EnvironmentCopy,
  readEnvironment,
} from '../../src/control-plane/read-environment.ts';
import { OsoError } from '../../src/errors/oso-error.ts';
import type { Fact } from '../../src/facts/fact.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { type FakeCloud, startFakeCloud } from '../support/fake-cloud.ts';
import { collect, connect, failureOf, isPublic, never, roleOf } from './support.ts';

const FACTS = [roleOf('ann'), isPublic('anvil')];

interface Copy {
  readonly policy: string;
  readonly facts: readonly Fact[];
  readonly takenAtMs: number;
  readonly sourceAgeMs: number;
}

/** Keeps what it made and what was thrown away. */
class Keeper implements EnvironmentConsumer<Copy> {
  readonly made: Copy[] = [];
  readonly discarded: Copy[] = [];

  predicatesOf(_policy: PolicyText): readonly string[] {
    return ['has_role', 'is_public'];
  }

  async consume({ policy, facts, takenAtMs, sourceAgeMs }: EnvironmentCopy): Promise<Copy> {
    const copy = { policy: policy.text, facts: await collect(facts), takenAtMs, sourceAgeMs };
    this.made.push(copy);
    return copy;
  }

  async discard(copy: Copy): Promise<void> {
    this.discarded.push(copy);
  }
}

async function read(cloud: FakeCloud, keeper: Keeper, clock = new FakeClock(), maxAttempts?: number): Promise<Copy> {
  const controlPlane = connect(cloud.url);
  try {
    return await readEnvironment(controlPlane, keeper, { clock, signal: never, maxAttempts });
  } finally {
    await controlPlane.close();
  }
}

const paths = (cloud: FakeCloud) => cloud.requests.map(({ path }) => path.replace('/api/', ''));

describe('readEnvironment', () => {
  test('reads policy, facts and the policy again', async () => {
    await using cloud = await startFakeCloud({ policy: 'one', facts: FACTS });
    const keeper = new Keeper();
    const copy = await read(cloud, keeper);
    expect(copy).toMatchObject({ policy: 'one', facts: FACTS });
    expect(paths(cloud)).toEqual(['policy', 'facts', 'policy']);
    expect(keeper.discarded).toEqual([]);
  });

  test('starts over when the policy changed meanwhile, and throws away what it had made', async () => {
    await using cloud = await startFakeCloud({ policy: 'one', facts: FACTS });
    cloud.script('/api/facts', {
      onRequest: () => {
        cloud.policy = 'two';
      },
    });
    const keeper = new Keeper();
    expect((await read(cloud, keeper)).policy).toBe('two');
    expect(keeper.discarded.map(({ policy }) => policy)).toEqual(['one']);
    expect(paths(cloud)).toEqual(['policy', 'facts', 'policy', 'policy', 'facts', 'policy']);
  });

  test('gives up on a policy that keeps changing', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS });
    let version = 0;
    cloud.always('/api/facts', {
      onRequest: () => {
        version += 1;
        cloud.policy = `version ${version}`;
      },
    });
    const keeper = new Keeper();
    const error = await failureOf(read(cloud, keeper));
    expect([error.code, error.message]).toEqual([
      'CONTROL_PLANE_UNSTABLE',
      'the policy changed during each of 3 attempts to copy it',
    ]);
    expect(keeper.discarded).toEqual(keeper.made);
    expect(keeper.made).toHaveLength(3);
    const once = await failureOf(read(cloud, new Keeper(), new FakeClock(), 1));
    expect(once.message).toContain('each of 1 attempts');
  });

  test('takes the time before the first request of the attempt that counts', async () => {
    await using cloud = await startFakeCloud({ policy: 'one', facts: FACTS });
    const clock = new FakeClock(Date.UTC(2030, 0, 1));
    const pass = () => clock.jumpWall(1_000);
    cloud.script('/api/policy', { onRequest: pass }, { onRequest: pass });
    cloud.script('/api/facts', { onRequest: pass });
    expect((await read(cloud, new Keeper(), clock)).takenAtMs).toBe(Date.UTC(2030, 0, 1));
    cloud.script('/api/facts', {
      onRequest: () => {
        pass();
        cloud.policy = 'two';
      },
    });
    const startedMs = clock.nowMs();
    expect((await read(cloud, new Keeper(), clock)).takenAtMs).toBe(startedMs + 1_000);
  });

  test('takes off the age, rounded up, that the data have for the control plane itself, of policy or facts', async () => {
    await using cloud = await startFakeCloud({ policy: 'one', facts: FACTS });
    const clock = new FakeClock(Date.UTC(2030, 0, 1));
    const aged = (seconds: string) => ({ headers: { 'oso-fallback-age': seconds } });
    for (const [policy, facts, seconds] of [
      ['7', '60', 61],
      ['60', '7', 61],
      [undefined, '0', 1],
      [undefined, undefined, 0],
    ] as const) {
      cloud.script('/api/policy', policy === undefined ? {} : aged(policy));
      cloud.script('/api/facts', facts === undefined ? {} : aged(facts));
      const { takenAtMs, sourceAgeMs } = await read(cloud, new Keeper(), clock);
      expect([takenAtMs, sourceAgeMs]).toEqual([clock.nowMs() - seconds * 1_000, seconds * 1_000]);
    }
  });

  test('throws away what it had made when the second look at the policy fails', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS });
    cloud.script('/api/policy', {}, { status: 503 });
    const keeper = new Keeper();
    expect((await failureOf(read(cloud, keeper))).code).toBe('CONTROL_PLANE_FAILED');
    expect(keeper.discarded).toEqual(keeper.made);
    expect(keeper.made).toHaveLength(1);
  });

  test('asks for no facts of a policy that is refused', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS });
    const keeper = new Keeper();
    keeper.predicatesOf = () => {
      throw new OsoError('POLICY_INVALID', 'no');
    };
    expect((await failureOf(read(cloud, keeper))).code).toBe('POLICY_INVALID');
    expect(paths(cloud)).toEqual(['policy']);
  });

  test('asks for the predicates of the policy where the whole listing is refused', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS, refusesWholeListing: true });
    expect((await read(cloud, new Keeper())).facts).toEqual(FACTS);
    expect(cloud.requests.map(({ query }) => query.get('predicate'))).toEqual([
      null,
      null,
      'has_role',
      'is_public',
      null,
    ]);
  });

  test('makes nothing of facts that are cut short', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS });
    cloud.script('/api/facts', { cutAfter: 50, framing: 'close' });
    const keeper = new Keeper();
    expect((await failureOf(read(cloud, keeper))).code).toBe('CONTROL_PLANE_MALFORMED');
    expect([keeper.made, keeper.discarded]).toEqual([[], []]);
  });

  test('closes the listing of a consumer that fails before reading it', async () => {
    await using cloud = await startFakeCloud({
      facts: Array.from({ length: 100_000 }, (_, at) => roleOf(`user-${at}`)),
    });
    const keeper = new Keeper();
    keeper.consume = () => Promise.reject(new OsoError('NO_SPACE', 'full'));
    const controlPlane = connect(cloud.url);
    const reading = readEnvironment(controlPlane, keeper, { clock: new FakeClock(), signal: never });
    expect((await failureOf(reading)).code).toBe('NO_SPACE');
    await expect.poll(() => cloud.openConnections, { interval: 5 }).toBe(0);
    await controlPlane.close();
  });

  test('does not accept a consumer that leaves facts unread', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS });
    const keeper = new Keeper();
    const unread = { policy: '', facts: [], takenAtMs: 0, sourceAgeMs: 0 };
    keeper.consume = () => Promise.resolve(unread);
    await expect(read(cloud, keeper)).rejects.toThrow('did not read all of its facts');
    expect(keeper.discarded).toEqual([unread]);
  });

  test('ends with the reason of an abort', async () => {
    await using cloud = await startFakeCloud({ facts: FACTS });
    const interruption = new AbortController();
    const reason = new OsoError('INTERRUPTED', 'stop');
    cloud.script('/api/facts', { stallAfter: 10, onRequest: () => setImmediate(() => interruption.abort(reason)) });
    const controlPlane = connect(cloud.url);
    const reading = readEnvironment(controlPlane, new Keeper(), {
      clock: new FakeClock(),
      signal: interruption.signal,
    });
    expect(await failureOf(reading)).toBe(reason);
    await controlPlane.close();
  });
});

test('memory does not grow with the number of facts', async () => {
  const count = 300_000;
  function* many(): Generator<Fact> {
    for (let at = 0; at < count; at += 1) yield roleOf(`user-${at}`);
  }
  await using cloud = await startFakeCloud({ facts: { [Symbol.iterator]: many } });
  const controlPlane = connect(cloud.url);
  const download = await controlPlane.facts({ signal: never, predicates: [] });
  if (download === 'not-modified') throw new Error('not modified');
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const liveBytes = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  };
  const beforeBytes = liveBytes();
  let peakBytes = 0;
  let read = 0;
  let batches = 0;
  for await (const batch of download) {
    read += batch.length;
    batches += 1;
    if (batches % 50 === 0) peakBytes = Math.max(peakBytes, liveBytes());
  }
  expect(peakBytes).toBeGreaterThan(0);
  await controlPlane.close();
  expect(read).toBe(count);
  // The text is 40 MB and the facts would be over 100 MB.
  expect(peakBytes - beforeBytes).toBeLessThan(16 * 1_024 ** 2);
});
