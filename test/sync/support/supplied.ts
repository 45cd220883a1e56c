import { openDataDirectory } from '../../../src/generations/data-directory.ts';
import { loadState } from '../../../src/generations/load-state.ts';
import type { ScrubVerdict } from '../../../src/generations/scrub-generation.ts';
import { stageGeneration } from '../../../src/generations/stage-generation.ts';
import { createStateBook } from '../../../src/generations/state-book.ts';
import { createAlarmBook } from '../../../src/sync/alarm-book.ts';
import type { StalenessPolicy } from '../../../src/sync/staleness.ts';
import { Supply, type SupplyOptions } from '../../../src/sync/supply.ts';
import { silentLog } from '../../../src/util/log.ts';
import { MEMORY_BYTES, publishOne, stageOptions } from '../../generations/support/sample-generation.ts';
import { FACTS, TAKEN_AT_MS, temporaryDirectory } from '../../snapshot/support/sample-snapshot.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const never = new AbortController().signal;

export const HOUR = 3_600_000;

/** A directory with two generations, an hour apart, and what brings data from there. */
export async function supplied(changes: Partial<SupplyOptions> & { readonly policy?: Partial<StalenessPolicy> } = {}) {
  const parent = temporaryDirectory();
  const path = parent.file('data');
  const older = await publishOne(path, { of: FACTS.slice(1) });
  const newer = await publishOne(path, { takenAtMs: TAKEN_AT_MS + HOUR });
  const directory = await openDataDirectory(path, 'test');
  const clock = new FakeClock(TAKEN_AT_MS + HOUR);
  const raised: string[] = [];
  const alarms = createAlarmBook({ log: silentLog, nowMs: () => clock.nowMs(), onAlarm: (kind) => raised.push(kind) });
  const book = createStateBook(directory, (await loadState(directory)).state);
  const { policy, ...rest } = changes;
  let changed = 0;
  const options: SupplyOptions = {
    directory,
    book,
    alarms,
    environment: undefined,
    tenant: undefined,
    download: undefined,
    scrub: async () => ({ kind: 'scrubbed', verdicts: [] }),
    importFile: undefined,
    clock,
    uptimeMs: () => clock.monotonicMs(),
    log: silentLog,
    staleness: { maxAgeWarnMs: HOUR, maxAgeMs: 2 * HOUR, onStale: 'serve', ...policy },
    allowOlder: false,
    liveTimeoutMs: 1_000,
    keep: 3,
    memoryBytes: MEMORY_BYTES,
    onServing: () => {
      changed += 1;
    },
    ...rest,
  };
  const supply = new Supply(options);
  await supply.openDisk(never);
  const served = () => supply.served.metadata?.id;
  return {
    supply,
    options,
    path,
    book,
    clock,
    raised,
    alarms,
    older: older.id,
    newer: newer.id,
    served,
    changes: () => changed,
    /** One more generation in the directory. */
    async publish(takenAtMs: number) {
      const staged = await stageGeneration(directory, stageOptions({ takenAtMs, of: FACTS.slice(2) }));
      (await staged.publish()).close();
      return staged.metadata;
    },
    [Symbol.dispose]: () => {
      supply.served.empty();
      directory.close();
      parent[Symbol.dispose]();
    },
  };
}

/** A scrub that finds all of them damaged. */
export const damaged = async (ids: readonly string[]) => {
  const verdicts = ids.map((id): ScrubVerdict => ({ id, kind: 'damaged', message: 'a bit is wrong' }));
  return { kind: 'scrubbed' as const, verdicts };
};
