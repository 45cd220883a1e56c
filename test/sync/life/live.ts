import { isSame } from './content.ts';
import { type Event, PLAIN } from './events.ts';
import { Model } from './model.ts';
import { World } from './world.ts';

/** Lives through the events, and gets well after them. Throws when a promise is broken. */
export async function live(events: readonly Event[]): Promise<void> {
  await using world = await World.begin();
  const model = new Model(world.truth);
  const perform = async (event: Event) => {
    const step = await world.perform(event);
    model.check(step);
    return step.after;
  };
  for (const event of events) await perform(event);
  // Whatever was to fail next does not: from here all is well.
  await perform({ kind: 'disk fails', atCall: Number.POSITIVE_INFINITY, forGood: false });
  const { running } = world.look();
  await perform({ kind: 'cloud', answers: 'well', path: '/api/facts' });
  await perform({ kind: 'wall clock right' });
  if (running?.source !== 'cloud' || running.maxShrink !== null) {
    await perform({ kind: 'stop', how: 'clean' });
    await perform({ kind: 'start', settings: PLAIN });
  }
  await perform({ kind: 'unpin' });
  await perform({ kind: 'sync' });
  await perform({ kind: 'sync' });
  const well = await perform({ kind: 'pass', ms: 20_000, suspended: false });
  const cloud = world.truth.from('cloud')?.content;
  const lasting = well.alarms.filter((kind) => ['aging', 'stale', 'clock_skew', 'pin'].includes(kind));
  if (!isSame(well.served?.content, cloud) || well.served?.origin !== 'live' || well.unready || lasting.length > 0) {
    throw new Error(`it does not get well: ${JSON.stringify({ well, cloud }, null, 1)}`);
  }
  await perform({ kind: 'stop', how: 'clean' });
  const next = await perform({ kind: 'start', settings: { ...PLAIN, source: 'none' } });
  if (!isSame(next.served?.content, cloud) || Math.abs((next.served?.ageMs ?? 0) - 20_000) > 1_000) {
    throw new Error(`the next start does not serve what was served: ${JSON.stringify(next, null, 1)}`);
  }
}
