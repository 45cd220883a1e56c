import { execFileSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAll, watchFiles } from '../../src/cli/watched-file.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { removeFolder } from '../support/remove-folder.ts';

/** A watched file that holds `old`, and what was told of it. Contents that begin with `bad` cannot be used. */
function watchOne() {
  const folder = mkdtempSync(join(tmpdir(), 'oso-watched-'));
  const path = join(folder, 'file');
  const clock = new FakeClock();
  const end = new AbortController();
  const events: string[] = [];
  watchFiles(
    {
      paths: [path],
      contents: [Buffer.from('old')],
      use([content = Buffer.of()]) {
        if (content.toString().startsWith('bad')) throw new Error(`${content}`);
        events.push(`use ${content}`);
      },
      onProblem: (error) => events.push(String(error)),
      onRepaired: () => events.push('repaired'),
    },
    clock,
    end.signal,
  );
  return {
    path,
    clock,
    events,
    signal: end.signal,
    write: (content: string) => writeFileSync(path, content),
    /** Time passes, and as many of the reads that it starts as are waited for. */
    async sleeps(ms: number): Promise<void> {
      await clock.advance(ms);
      while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
    },
    [Symbol.dispose]() {
      end.abort();
      removeFolder(folder);
    },
  };
}

const LOOK_MS = 5_000;
const SETTLE_MS = 250;

describe('trouble with a watched file', () => {
  test('is over when the file holds what it did before', async () => {
    using watched = watchOne();
    watched.write('bad');
    await watched.sleeps(LOOK_MS);
    await watched.sleeps(SETTLE_MS);
    expect(watched.events).toEqual(['Error: bad']);
    watched.write('old');
    await watched.sleeps(LOOK_MS);
    expect(watched.events).toEqual(['Error: bad', 'repaired']);
  });

  test('is told once, and once more when it comes back', async () => {
    using watched = watchOne();
    for (const content of ['bad', 'bad', 'old', 'bad']) {
      watched.write(content);
      await watched.sleeps(LOOK_MS);
      if (content === 'bad') await watched.sleeps(SETTLE_MS);
    }
    expect(watched.events).toEqual(['Error: bad', 'repaired', 'Error: bad']);
  });

  test('is over when a file that had gone is there again', async () => {
    using watched = watchOne();
    await watched.sleeps(LOOK_MS);
    expect(watched.events).toEqual([expect.stringMatching(/cannot read `.*file`: no such file or directory$/)]);
    watched.write('old');
    await watched.sleeps(LOOK_MS);
    expect(watched.events.slice(1)).toEqual(['repaired']);
  });
});

test('a change is used when it stands still, and not while somebody writes', async () => {
  using watched = watchOne();
  watched.write('');
  await watched.sleeps(LOOK_MS);
  watched.write('new, half');
  await watched.sleeps(SETTLE_MS);
  watched.write('new');
  await watched.sleeps(SETTLE_MS);
  expect(watched.events).toEqual([]);
  await watched.sleeps(SETTLE_MS);
  expect(watched.events).toEqual(['use new']);
});

test('a pipe is refused and not waited for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'oso-watched-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await expect(readAll([pipe])).rejects.toThrow(`cannot read \`${pipe}\`: it is a pipe or device, not a file`);
  rmSync(folder, { recursive: true });
});

test('looking again and again leaves nothing behind on the signal that ends it', async () => {
  using watched = watchOne();
  watched.write('old');
  for (let look = 0; look < 20; look++) await watched.sleeps(LOOK_MS);
  expect(getEventListeners(watched.signal, 'abort')).toHaveLength(1);
  // What `AbortSignal.any` leaves is no listener; Node.js keeps it under symbols of its own.
  const symbols = Object.getOwnPropertySymbols(watched.signal);
  const sizes = symbols.map((symbol) => Reflect.get(watched.signal, symbol)?.size ?? 0);
  expect(Math.max(...sizes)).toBe(1);
});
