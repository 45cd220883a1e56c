import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogSink } from '../../src/cli/log-sink.ts';
import { systemClock } from '../../src/util/clock.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { removeFolder } from '../support/remove-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oso-sink-'));
});
afterEach(() => removeFolder(folder));

/** A pipe that holds as much as fits, as `descriptor`, and what reads it. */
function fullPipe() {
  const path = join(folder, 'pipe');
  spawnSync('mkfifo', [path]);
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const fill = Buffer.alloc(4096, 'x');
  expect(() => {
    for (;;) writeSync(descriptor, fill);
  }).toThrow('EAGAIN');
  return {
    descriptor,
    /** Everything in it, without the filling. */
    read() {
      const bytes = Buffer.alloc(4 * 1024 * 1024);
      let length = 0;
      try {
        for (;;) length += readSync(descriptor, bytes, length, bytes.length - length, null);
      } catch {
        return bytes.subarray(0, length).toString().replace(/^x+/u, '');
      }
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

test('lines arrive in order, all of them, before the process leaves', async () => {
  const path = join(folder, 'log');
  const descriptor = openSync(path, 'w');
  const sink = createLogSink(descriptor, systemClock);
  const lines = Array.from({ length: 100 }, (_, line) => `line ${line}\n`);
  for (const line of lines) sink.write(line);
  await sink.flush();
  expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
  closeSync(descriptor);
});

test('a pipe that nobody reads is tried again, and what does not fit into the memory for it is dropped', async () => {
  using pipe = fullPipe();
  const clock = new FakeClock();
  const sink = createLogSink(pipe.descriptor, clock);
  const line = `${'y'.repeat(1023)}\n`;
  for (let written = 0; written < 5_000; written += 1) sink.write(line);
  let read = '';
  while (read.length < 1025 * line.length) {
    read += pipe.read();
    await clock.advance(100);
  }
  expect(read).toBe(line.repeat(1025));
  sink.write('next\n');
  await sink.flush();
  expect(pipe.read()).toBe('next\n');
});

test('the end does not wait for a reader that does not read', async () => {
  using pipe = fullPipe();
  const clock = new FakeClock();
  const sink = createLogSink(pipe.descriptor, clock);
  sink.write('last words\n');
  const flushed = sink.flush();
  await clock.advance(1_000);
  await flushed;
});

test('nor for one that has gone, and whoever comes next gets the next line', async () => {
  const path = join(folder, 'pipe');
  spawnSync('mkfifo', [path]);
  const first = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const descriptor = openSync(path, constants.O_WRONLY);
  closeSync(first);
  const sink = createLogSink(descriptor, systemClock);
  sink.write('for nobody\n');
  sink.write('for nobody\n');
  await sink.flush();
  const second = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  sink.write('for somebody\n');
  await sink.flush();
  const bytes = Buffer.alloc(100);
  expect(bytes.toString('utf8', 0, readSync(second, bytes))).toBe('for somebody\n');
  closeSync(second);
  closeSync(descriptor);
});
