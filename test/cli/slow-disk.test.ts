import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, idle, mayRead, serving, statusOf, until } from './support/running-node.ts';
import { openWorkplace, reader } from './support/workplace.ts';

const PRELOAD = new URL('../soak/support/slow-disk-preload.mjs', import.meta.url).href;

test('a disk that does not come to an end with flushing holds up no answer, only the copy', async () => {
  await using place = await openWorkplace();
  const node = place.start(['serve', '--json'], { NODE_OPTIONS: `--import ${PRELOAD}`, SLOW_DISK: place.path });
  const { url } = await serving(node);
  await idle(url);
  place.write('hold-main', '');
  place.write('hold-child', '');
  place.cloud.facts = [reader('bob')];
  expect((await ask(url, '/-/sync', { method: 'POST' })).status).toBe(202);
  for (const role of ['child', 'main']) {
    await until(
      async () => existsSync(join(place.path, `held-${role}`)),
      (isHeld) => isHeld,
    );
    for (const path of ['/livez', '/readyz', '/metrics']) expect((await ask(url, path)).status).toBe(200);
    await mayRead(url, 'ann');
    expect((await statusOf(url)).sync).toMatchObject({ running: true });
    rmSync(join(place.path, `hold-${role}`));
  }
  await until(
    () => mayRead(url, 'bob'),
    (allowed) => allowed,
  );
});
