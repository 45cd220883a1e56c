import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { limitLog } from '../../src/cli/limit-log.ts';
import { type LogFields, silentLog } from '../../src/util/log.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE = 60_000;

function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

test('of a million errors a hundred a minute are told, and how many were left out; memory does not grow', () => {
  const told: (LogFields | undefined)[] = [];
  const clock = new FakeClock();
  const log = limitLog({ ...silentLog, error: (_, fields) => told.push(fields) }, clock);
  const before = usedBytes();
  for (let error = 0; error < 1_000_000; error += 1) {
    if (error === 500_000) clock.spend(MINUTE);
    log.error('a request failed', { error });
  }
  expect(usedBytes() - before).toBeLessThan(1024 * 1024);
  expect(told).toHaveLength(200);
  expect(told[0]).toEqual({ error: 0 });
  expect(told[100]).toEqual({ error: 500_000, leftOut: 499_900 });
  expect(told[101]).toEqual({ error: 500_001 });
});

test('another message is told, and the same one after a quiet minute as if it were the first', () => {
  const told: unknown[] = [];
  const clock = new FakeClock();
  const tell = (message: string, fields?: LogFields) => told.push([message, fields]);
  const log = limitLog({ info: tell, warn: tell, error: tell }, clock);
  for (let line = 0; line < 101; line += 1) log.warn('often');
  log.info('seldom');
  clock.spend(MINUTE);
  log.info('seldom');
  clock.spend(MINUTE);
  log.warn('often');
  expect(told.slice(99)).toEqual([
    ['often', {}],
    ['seldom', {}],
    ['seldom', {}],
    ['often', {}],
  ]);
});
