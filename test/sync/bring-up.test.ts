import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bringUp } from '../../src/sync/bring-up.ts';

interface World {
  readonly disk: boolean;
  /** Undefined: offline. */
  readonly live: boolean | undefined;
  /** Undefined: no file was given. */
  readonly file: boolean | undefined;
  readonly wait: boolean;
}

/** Brings up a node in a world where each source gives data or not, and notes what was tried. */
async function tryIn({ disk, live, file, wait }: World) {
  const tried: string[] = [];
  const note = (name: string, gives: boolean) => async () => {
    tried.push(name);
    return gives;
  };
  const importWhenNewer = async () => {
    tried.push('newer import');
  };
  const outcome = await bringUp(
    {
      openDisk: note('disk', disk),
      startLive: live === undefined ? undefined : note('live', live),
      importAnyway: file === undefined ? undefined : note('import', file),
      importWhenNewer: file === undefined ? undefined : importWhenNewer,
    },
    { wait },
  );
  return { outcome, tried };
}

test('a copy on disk is served first; a newer file may replace it, and live data are copied beside it', async () => {
  const { outcome, tried } = await tryIn({ disk: true, live: false, file: true, wait: false });
  expect(outcome).toBe('serving');
  expect(tried).toEqual(['disk', 'newer import', 'live']);
});

test('an empty disk means live data first, then the file', async () => {
  expect(await tryIn({ disk: false, live: true, file: true, wait: false })).toEqual({
    outcome: 'serving',
    tried: ['disk', 'live'],
  });
  expect(await tryIn({ disk: false, live: false, file: true, wait: false })).toEqual({
    outcome: 'serving',
    tried: ['disk', 'live', 'import'],
  });
});

test('without any data the node fails, or waits when it was told to and there is something to wait for', async () => {
  const nothing = { disk: false, live: false, file: undefined } as const;
  expect((await tryIn({ ...nothing, wait: false })).outcome).toBe('failed');
  expect((await tryIn({ ...nothing, wait: true })).outcome).toBe('waiting');
  expect((await tryIn({ ...nothing, live: undefined, wait: true })).outcome).toBe('failed');
});

test('in every world: disk comes first, live data are always asked for unless offline, and any source is enough', () => {
  const world = fc.record({
    disk: fc.boolean(),
    live: fc.option(fc.boolean(), { nil: undefined }),
    file: fc.option(fc.boolean(), { nil: undefined }),
    wait: fc.boolean(),
  });
  return fc.assert(
    fc.asyncProperty(world, async (given) => {
      const { outcome, tried } = await tryIn(given);
      expect(tried[0]).toBe('disk');
      expect(tried.includes('live')).toBe(given.live !== undefined);
      expect(outcome === 'serving').toBe(given.disk || given.live === true || given.file === true);
    }),
  );
});
