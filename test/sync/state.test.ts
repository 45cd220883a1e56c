import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OsoError } from '../../src/errors/oso-error.ts';
import {
  mayServe,
  notReadyReason,
  STARTING,
  type SyncEvent,
  type SyncState,
  transition,
} from '../../src/sync/state.ts';

const OLD = { id: 'old', takenAtMs: 1_000, confirmedAtMs: 1_000 };
const SERVED = { id: 'served', takenAtMs: 2_000, confirmedAtMs: 2_500 };
const NEW = { id: 'new', takenAtMs: 3_000, confirmedAtMs: 3_000 };
const UNREACHABLE = new OsoError('CONTROL_PLANE_UNREACHABLE', 'connection refused');
const FAILURE = { source: 'control-plane', error: UNREACHABLE } as const;

const STATES = {
  starting: STARTING,
  persisted: { kind: 'serving', origin: 'persisted', data: SERVED },
  imported: { kind: 'serving', origin: 'imported', data: SERVED },
  live: { kind: 'serving', origin: 'live', data: SERVED },
  failed: { kind: 'failed', failures: [FAILURE] },
} as const satisfies Record<string, SyncState>;

const EVENTS = {
  openedPersistedNew: { kind: 'opened', origin: 'persisted', data: NEW },
  openedPersistedOld: { kind: 'opened', origin: 'persisted', data: OLD },
  openedImportedNew: { kind: 'opened', origin: 'imported', data: NEW },
  openedImportedOld: { kind: 'opened', origin: 'imported', data: OLD },
  downloadedNew: { kind: 'opened', origin: 'live', data: NEW },
  downloadedOld: { kind: 'opened', origin: 'live', data: OLD },
  downloadedSame: { kind: 'opened', origin: 'live', data: SERVED },
  confirmedLater: { kind: 'confirmed', atMs: 9_000 },
  confirmedEarlier: { kind: 'confirmed', atMs: 1 },
  sourceFailed: { kind: 'source-failed', failure: FAILURE },
  gaveUp: { kind: 'gave-up' },
  forcedOld: { kind: 'opened', origin: 'persisted', data: OLD, forced: true },
  forcedSame: { kind: 'opened', origin: 'persisted', data: SERVED, forced: true },
  lost: { kind: 'lost', failure: FAILURE },
} as const satisfies Record<string, SyncEvent>;

type Outcome = 'same' | 'starting' | 'persisted' | 'imported' | 'live' | 'failed';

const TABLE: Record<keyof typeof STATES, Record<keyof typeof EVENTS, Outcome>> = {
  starting: {
    openedPersistedNew: 'persisted',
    openedPersistedOld: 'persisted',
    openedImportedNew: 'imported',
    openedImportedOld: 'imported',
    downloadedNew: 'live',
    downloadedOld: 'live',
    downloadedSame: 'live',
    confirmedLater: 'same',
    confirmedEarlier: 'same',
    sourceFailed: 'starting',
    gaveUp: 'failed',
    forcedOld: 'persisted',
    forcedSame: 'persisted',
    lost: 'starting',
  },
  persisted: {
    openedPersistedNew: 'persisted',
    openedPersistedOld: 'same',
    openedImportedNew: 'imported',
    openedImportedOld: 'same',
    downloadedNew: 'live',
    downloadedOld: 'same',
    downloadedSame: 'same',
    confirmedLater: 'live',
    confirmedEarlier: 'live',
    sourceFailed: 'same',
    gaveUp: 'same',
    forcedOld: 'persisted',
    forcedSame: 'same',
    lost: 'starting',
  },
  imported: {
    openedPersistedNew: 'persisted',
    openedPersistedOld: 'same',
    openedImportedNew: 'imported',
    openedImportedOld: 'same',
    downloadedNew: 'live',
    downloadedOld: 'same',
    downloadedSame: 'same',
    confirmedLater: 'live',
    confirmedEarlier: 'live',
    sourceFailed: 'same',
    gaveUp: 'same',
    forcedOld: 'persisted',
    forcedSame: 'same',
    lost: 'starting',
  },
  live: {
    openedPersistedNew: 'persisted',
    openedPersistedOld: 'same',
    openedImportedNew: 'imported',
    openedImportedOld: 'same',
    downloadedNew: 'live',
    downloadedOld: 'same',
    downloadedSame: 'same',
    confirmedLater: 'live',
    confirmedEarlier: 'same',
    sourceFailed: 'same',
    gaveUp: 'same',
    forcedOld: 'persisted',
    forcedSame: 'same',
    lost: 'starting',
  },
  failed: {
    openedPersistedNew: 'persisted',
    openedPersistedOld: 'persisted',
    openedImportedNew: 'imported',
    openedImportedOld: 'imported',
    downloadedNew: 'live',
    downloadedOld: 'live',
    downloadedSame: 'live',
    confirmedLater: 'same',
    confirmedEarlier: 'same',
    sourceFailed: 'failed',
    gaveUp: 'same',
    forcedOld: 'persisted',
    forcedSame: 'persisted',
    lost: 'starting',
  },
};

for (const [from, row] of Object.entries(TABLE)) {
  for (const [event, expected] of Object.entries(row)) {
    test(`${from} + ${event} → ${expected}`, () => {
      const state: SyncState = STATES[from as keyof typeof STATES];
      const next = transition(state, EVENTS[event as keyof typeof EVENTS]);
      if (expected === 'same') expect(next).toBe(state);
      else expect(next.kind === 'serving' ? next.origin : next.kind).toBe(expected);
    });
  }
}

const anyData = fc
  .record({ id: fc.constantFrom('a', 'b', 'c', 'd'), takenAtMs: fc.nat(9), lagMs: fc.nat(9) })
  .map(({ id, takenAtMs, lagMs }) => ({ id: `${id}${takenAtMs}`, takenAtMs, confirmedAtMs: takenAtMs + lagMs }));

const anyEvent: fc.Arbitrary<SyncEvent> = fc.oneof(
  fc.record({
    kind: fc.constant('opened' as const),
    origin: fc.constantFrom('live' as const, 'persisted' as const, 'imported' as const),
    data: anyData,
  }),
  fc.record({ kind: fc.constant('confirmed' as const), atMs: fc.nat(30) }),
  fc.constant<SyncEvent>({ kind: 'source-failed', failure: FAILURE }),
  fc.constant<SyncEvent>({ kind: 'gave-up' }),
);

function eachStep(
  events: readonly SyncEvent[],
  check: (before: SyncState, after: SyncState, event: SyncEvent) => void,
) {
  let state: SyncState = STARTING;
  for (const event of events) {
    const next = transition(state, event);
    check(state, next, event);
    state = next;
  }
}

test('the data served never get older, and their confirmation never goes back', () => {
  fc.assert(
    fc.property(fc.array(anyEvent), (events) => {
      eachStep(events, (before, after) => {
        if (before.kind !== 'serving' || after.kind !== 'serving') return;
        expect(after.data.takenAtMs).toBeGreaterThanOrEqual(before.data.takenAtMs);
        if (after.data.id === before.data.id) {
          expect(after.data.confirmedAtMs).toBeGreaterThanOrEqual(before.data.confirmedAtMs);
        }
      });
    }),
  );
});

test('nothing takes away data that are served', () => {
  fc.assert(
    fc.property(fc.array(anyEvent), (events) => {
      eachStep(events, (before, after) => {
        if (before.kind === 'serving') expect(after.kind).toBe('serving');
      });
    }),
  );
});

test('data are confirmed no earlier than they were taken', () => {
  fc.assert(
    fc.property(fc.array(anyEvent), (events) => {
      eachStep(events, (_, after) => {
        if (after.kind === 'serving') expect(after.data.confirmedAtMs).toBeGreaterThanOrEqual(after.data.takenAtMs);
      });
    }),
  );
});

test('an event that changes the state says so by a new object, and the same event again changes nothing', () => {
  fc.assert(
    fc.property(fc.array(anyEvent), (events) => {
      eachStep(events, (before, after, event) => {
        if (after === before || event.kind === 'source-failed') return;
        expect(transition(after, event)).toBe(after);
      });
    }),
  );
});

test('data may be served exactly when opening them would change the state', () => {
  fc.assert(
    fc.property(fc.array(anyEvent), anyData, (events, data) => {
      let state: SyncState = STARTING;
      for (const event of events) state = transition(state, event);
      const next = transition(state, { kind: 'opened', origin: 'live', data });
      expect(next !== state).toBe(mayServe(state, data));
    }),
  );
});

test('the reason names the latest failure of every source, in the order of their first failures', () => {
  const disk = new OsoError('DIRECTORY_UNUSABLE', 'permission denied');
  const denied = new OsoError('CONTROL_PLANE_UNAUTHORIZED', 'the key was refused');
  let state: SyncState = STARTING;
  expect(notReadyReason(state)).toBe('no data yet');
  state = transition(state, { kind: 'source-failed', failure: { source: 'disk', error: disk } });
  state = transition(state, { kind: 'source-failed', failure: FAILURE });
  state = transition(state, { kind: 'source-failed', failure: { source: 'control-plane', error: denied } });
  const failures =
    'disk: DIRECTORY_UNUSABLE: permission denied; control-plane: CONTROL_PLANE_UNAUTHORIZED: the key was refused';
  expect(notReadyReason(state)).toBe(`no data yet; ${failures}`);
  state = transition(state, { kind: 'gave-up' });
  expect(notReadyReason(state)).toBe(`no source gave data; ${failures}`);
  expect(notReadyReason(STATES.live)).toBe('');
});
