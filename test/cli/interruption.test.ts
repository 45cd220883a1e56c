import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { interruptedBy, listenForInterruption, untilInterrupted } from '../../src/cli/interruption.ts';

class Signals extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

test('the first signal aborts with a reason that names it', async () => {
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    const source = new Signals();
    const signal = listenForInterruption(source);
    expect(signal.aborted).toBe(false);
    expect(interruptedBy(signal)).toBeUndefined();
    source.emit(name);
    await untilInterrupted(signal);
    expect(signal.reason).toMatchObject({ code: 'INTERRUPTED', message: `stopped by ${name}` });
    expect(interruptedBy(signal)).toBe(name);
    expect(source.exits).toEqual([]);
  }
});

test('a second SIGINT leaves at once, a second SIGTERM does not', () => {
  const source = new Signals();
  const signal = listenForInterruption(source);
  source.emit('SIGTERM');
  source.emit('SIGTERM');
  expect(source.exits).toEqual([]);
  source.emit('SIGINT');
  expect(source.exits).toEqual([130]);
  expect(interruptedBy(signal)).toBe('SIGTERM');
});

test('a third SIGINT is left to the system, which needs no cooperation', () => {
  const source = new Signals();
  listenForInterruption(source);
  source.emit('SIGINT');
  expect(source.listenerCount('SIGINT')).toBe(1);
  source.emit('SIGINT');
  expect(source.listenerCount('SIGINT')).toBe(0);
});

test('SIGUSR1 is taken, so that Node opens no inspector', () => {
  const source = new Signals();
  const signal = listenForInterruption(source);
  expect(source.emit('SIGUSR1')).toBe(true);
  expect(signal.aborted).toBe(false);
});
