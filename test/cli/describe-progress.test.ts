import { expect, test } from 'vitest';
import { count, describeBytes, describeProgress } from '../../src/cli/describe-progress.ts';

test('a known end gives rate and time left', () => {
  const line = describeProgress({ stage: 'reading', unit: 'facts', done: 250_000, total: 1_000_000, elapsedMs: 5_000 });
  expect(line).toBe('reading 250,000 of 1,000,000 facts · 50,000/s · 15s left');
});

test('an unknown end gives only the rate', () => {
  const line = describeProgress({ stage: 'reading', unit: 'facts', done: 1_500, total: undefined, elapsedMs: 1_000 });
  expect(line).toBe('reading 1,500 facts · 1,500/s');
});

test('the first half second and nothing done give no rate', () => {
  const of = (done: number, elapsedMs: number) =>
    describeProgress({ stage: 'sorting', unit: 'facts', done, total: 10, elapsedMs });
  expect(of(5, 499)).toBe('sorting 5 of 10 facts');
  expect(of(0, 60_000)).toBe('sorting 0 of 10 facts');
});

test('at the end nothing is left', () => {
  const line = describeProgress({ stage: 'writing', unit: 'facts', done: 10, total: 10, elapsedMs: 1_000 });
  expect(line).toBe('writing 10 of 10 facts · 10/s');
});

test('bytes are counted in binary units', () => {
  const line = describeProgress({
    stage: 'writing',
    unit: 'bytes',
    done: 1_048_576,
    total: 2_097_152,
    elapsedMs: 1_000,
  });
  expect(line).toBe('writing 1.0 MiB of 2.0 MiB · 1.0 MiB/s · 1s left');
});

test.each([
  [0, '0 bytes'],
  [1_023, '1023 bytes'],
  [1_536, '1.5 KiB'],
  [5 * 1024 ** 3, '5.0 GiB'],
])('%d bytes are `%s`', (bytes, text) => {
  expect(describeBytes(bytes)).toBe(text);
});

test('counts have separators, whatever the locale', () => {
  for (const value of [0, 7, 999, 1_000, 12_345, 999_999, 1_234_567, 10_000_000, 2 ** 53]) {
    expect(count(value)).toBe(value.toLocaleString('en-US'));
  }
});
