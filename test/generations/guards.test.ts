import { describe, expect, test } from 'vitest';
import { type DirectoryState, freshState } from '../../src/generations/directory-state.ts';
import { checkGuards, type GuardSettings, type IncomingData } from '../../src/generations/guards.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const NOON = Date.UTC(2026, 0, 31, 12);
const HOUR = 3_600_000;

const state: DirectoryState = {
  ...freshState(),
  highWater: { environment: 'prod', tenant: 'acme', takenAtMs: NOON, contentDigest: A },
};
const incoming = (changes: Partial<IncomingData> = {}): IncomingData => ({
  environment: 'prod',
  tenant: 'acme',
  takenAtMs: NOON + HOUR,
  contentDigest: B,
  factCount: 100,
  ...changes,
});
const check = (changes: Partial<IncomingData> = {}, settings: GuardSettings = {}, of: DirectoryState = state) =>
  checkGuards(of, incoming(changes), settings);
const ACCEPTED = { refusal: undefined, alarms: [] };

test('newer data of the same environment are accepted, and any data by an empty directory', () => {
  expect(check()).toEqual(ACCEPTED);
  expect(check({ environment: 'any', takenAtMs: 0, factCount: 0 }, {}, freshState())).toEqual(ACCEPTED);
});

describe('data of another environment or tenant', () => {
  const hint = 'to take them anyway, pass --allow-environment';
  test.each([
    [{ environment: 'test' }, {}, 'the data belong to environment `test`, but this data directory belongs to `prod`'],
    [{ tenant: 'evil' }, {}, 'the data belong to tenant `evil`, but this data directory belongs to `acme`'],
    [
      { environment: 'test' },
      { environment: 'prod' },
      'the data belong to environment `test`, but `prod` is configured',
    ],
    [{}, { environment: 'test' }, 'the data belong to environment `prod`, but `test` is configured'],
    [{}, { environment: 'prod', tenant: 'other' }, 'the data belong to tenant `acme`, but `other` is configured'],
  ])('%j with settings %j are refused', (changes, settings, message) => {
    expect(check(changes, settings).refusal).toMatchObject({ code: 'GUARD_ENVIRONMENT', message, hint });
    expect(check(changes, { ...settings, allowEnvironment: true })).toEqual(ACCEPTED);
  });

  test('are accepted when the configuration says so, however old', () => {
    expect(check({ environment: 'test', takenAtMs: 0 }, { environment: 'test', tenant: 'acme' })).toEqual(ACCEPTED);
  });
});

describe('data older than the mark', () => {
  test('are refused, naming both times', () => {
    expect(check({ takenAtMs: NOON - HOUR }).refusal).toMatchObject({
      code: 'GUARD_OLDER',
      message: 'the data are from 2026-01-31T11:00:00Z, but this directory already had data from 2026-01-31T12:00:00Z',
      hint: 'to go back in time anyway, pass --allow-older',
    });
    expect(check({ takenAtMs: NOON - HOUR }, { allowOlder: true })).toEqual(ACCEPTED);
  });

  test('are accepted when they are the very same content, or only a part of a second older', () => {
    expect(check({ takenAtMs: NOON - HOUR, contentDigest: A })).toEqual(ACCEPTED);
    const late = {
      ...state,
      highWater: { environment: 'prod', tenant: 'acme', takenAtMs: NOON + 700, contentDigest: A },
    };
    expect(check({ takenAtMs: NOON }, {}, late)).toEqual(ACCEPTED);
    expect(check({ takenAtMs: NOON - 1 }, {}, late).refusal).toMatchObject({ code: 'GUARD_OLDER' });
  });

  test('are accepted when they were read just now from the control plane itself: then it is the mark that is wrong', () => {
    expect(check({ takenAtMs: 0 }, { isFirstHand: true })).toEqual(ACCEPTED);
    expect(check({ takenAtMs: 0 }, { isFirstHand: false }).refusal).toMatchObject({ code: 'GUARD_OLDER' });
  });

  test('are refused when they are of the same time and have other content; allowed, they raise an alarm', () => {
    expect(check({ takenAtMs: NOON }).refusal).toMatchObject({
      code: 'GUARD_OLDER',
      message:
        'the data are from 2026-01-31T12:00:00Z, as are those that this directory already had, but with other content',
      hint: 'to take them anyway, pass --allow-older',
    });
    expect(check({ takenAtMs: NOON }, { allowOlder: true })).toEqual({
      refusal: undefined,
      alarms: [
        {
          kind: 'same_time',
          message: 'data of the same time 2026-01-31T12:00:00Z came with other content than before',
        },
      ],
    });
    expect(check({ takenAtMs: NOON, contentDigest: A })).toEqual(ACCEPTED);
  });
});

describe('data that have lost facts', () => {
  test('are refused beyond the limit, and accepted at it', () => {
    expect(check({ factCount: 49 }, { maxShrink: 0.5, currentFactCount: 100 }).refusal).toMatchObject({
      code: 'GUARD_SHRINK',
      message: 'the data have 49 facts instead of 100, a loss of more than 50 %',
      hint: 'to take them anyway, pass a larger --max-shrink',
    });
    expect(check({ factCount: 50 }, { maxShrink: 0.5, currentFactCount: 100 })).toEqual(ACCEPTED);
    expect(check({ factCount: 0 }, { maxShrink: 1, currentFactCount: 100 })).toEqual(ACCEPTED);
    expect(check({ factCount: 99 }, { maxShrink: 0, currentFactCount: 100 }).refusal?.message).toBe(
      'the data have 99 facts instead of 100, a loss of more than 0 %',
    );
  });

  test('only raise an alarm without a limit, and only when nearly all are gone', () => {
    const message = 'the data have 9 facts instead of 100, a loss of more than 90 %';
    expect(check({ factCount: 9 }, { currentFactCount: 100 })).toEqual({
      refusal: undefined,
      alarms: [{ kind: 'shrink', message }],
    });
    expect(check({ factCount: 10 }, { currentFactCount: 100 })).toEqual(ACCEPTED);
    expect(check({ factCount: 0 }, { currentFactCount: 0 })).toEqual(ACCEPTED);
    expect(check({ factCount: 500 }, { currentFactCount: 100, maxShrink: 0 })).toEqual(ACCEPTED);
  });
});

test('the environment is checked before the age, and the age before the loss', () => {
  const all = { environment: 'test', takenAtMs: 0, factCount: 0 };
  const settings = { maxShrink: 0.1, currentFactCount: 100 };
  expect(check(all, settings).refusal?.code).toBe('GUARD_ENVIRONMENT');
  expect(check({ ...all, environment: 'prod' }, settings).refusal?.code).toBe('GUARD_OLDER');
  expect(check({ ...all, environment: 'prod' }, { ...settings, allowOlder: true }).refusal?.code).toBe('GUARD_SHRINK');
});
