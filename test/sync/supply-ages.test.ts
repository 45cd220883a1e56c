import { describe, expect, test } from 'vitest';
import type { GenerationMetadata } from '../../src/generations/generation.ts';
import { stageGeneration } from '../../src/generations/stage-generation.ts';
import type { BuildResult } from '../../src/sync/build-process/job.ts';
import { Supply } from '../../src/sync/supply.ts';
import { stageOptions } from '../generations/support/sample-generation.ts';
import { HOUR, supplied } from './support/supplied.ts';

const never = new AbortController().signal;

describe('the age', () => {
  test('of a newer file with the same data is that of the file, also after a restart', async () => {
    using world = await supplied();
    await world.clock.advance(5 * HOUR);
    await world.supply.recordAge();
    const staged = await stageGeneration(world.options.directory, stageOptions({ takenAtMs: world.clock.nowMs() }));
    (await staged.publish()).close();
    const next = new Supply(world.options);
    await next.openDisk(never);
    expect([next.served.metadata?.id, next.served.ageMs]).toEqual([staged.metadata.id, 0]);
  });

  /** What is served is confirmed after five hours, and other data come an hour later. */
  async function confirmedAndReplaced() {
    let result: BuildResult | undefined;
    const download = () => Promise.resolve(result as BuildResult);
    const world = await supplied({ download });
    const { id, contentDigest } = world.supply.served.metadata as GenerationMetadata;
    const common = { sourceAgeMs: 0, factsEtag: undefined, alarms: [] };
    await world.clock.advance(5 * HOUR);
    result = { kind: 'unchanged', id, contentDigest, takenAtMs: world.clock.nowMs(), ...common };
    await world.supply.download(never, true);
    await world.clock.advance(HOUR);
    const other = await world.publish(world.clock.nowMs());
    result = {
      kind: 'published',
      id: other.id,
      contentDigest: other.contentDigest,
      takenAtMs: other.takenAtMs,
      ...common,
    };
    await world.supply.download(never, false);
    /** The control plane has the first content again. */
    const copiedAgain = async () => {
      const staged = await stageGeneration(world.options.directory, stageOptions({ takenAtMs: world.clock.nowMs() }));
      (await staged.publish()).close();
      const { id, contentDigest, takenAtMs } = staged.metadata;
      result = { kind: 'published', id, contentDigest, takenAtMs, ...common };
      await world.supply.download(never, false);
      return id;
    };
    return { world, id, copiedAgain };
  }

  test('of what an operator goes back to counts from when it was last confirmed, also after a restart', async () => {
    const { world, id } = await confirmedAndReplaced();
    using _ = world;
    await world.supply.pin(id);
    expect([world.served(), world.supply.served.ageMs]).toEqual([id, HOUR]);
    const next = new Supply(world.options);
    await next.openDisk(never);
    expect([next.served.metadata?.id, next.served.ageMs]).toEqual([id, HOUR]);
  });

  test('of what was served before in this process is known, wherever the wall clock has gone', async () => {
    const { world, id } = await confirmedAndReplaced();
    using _ = world;
    for (const jump of [90 * 24 * HOUR, -180 * 24 * HOUR]) {
      world.clock.jumpWall(jump);
      const { id: newest = '' } = { ...world.supply.disk.survey.generations[0] };
      await world.supply.pin(id);
      expect(world.supply.served.ageMs).toBe(HOUR);
      await world.supply.pin(newest);
      expect(world.supply.served.ageMs).toBe(0);
    }
  });

  test('of what is pinned is that of the newest copy with the same data', async () => {
    const { world, id, copiedAgain } = await confirmedAndReplaced();
    using _ = world;
    await world.supply.pin(id);
    await world.clock.advance(HOUR);
    const again = await copiedAgain();
    expect([world.served(), world.supply.served.ageMs, world.supply.served.state]).toMatchObject([
      id,
      0,
      { origin: 'live' },
    ]);
    expect(world.supply.disk.survey.generations[0]?.id).toBe(again);
  });

  test('of what was copied beside what is pinned is known as well', async () => {
    let result: BuildResult | undefined;
    using world = await supplied({ download: () => Promise.resolve(result as BuildResult) });
    const { id, contentDigest } = world.supply.served.metadata as GenerationMetadata;
    await world.supply.pin(world.older);
    await world.clock.advance(5 * HOUR);
    const takenAtMs = world.clock.nowMs();
    result = { kind: 'unchanged', id, contentDigest, takenAtMs, sourceAgeMs: 0, factsEtag: undefined, alarms: [] };
    await world.supply.download(never, true);
    world.clock.jumpWall(90 * 24 * HOUR);
    await world.supply.pin(id);
    expect(world.supply.served.ageMs).toBe(0);
  });
});
