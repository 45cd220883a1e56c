import fc from 'fast-check';
import type { OnStale } from '../../../src/sync/staleness.ts';
import type { Content } from './content.ts';

/*
 * What can happen to a node's data, as plain data: a failing sequence is printed as it was, and shrinks to a short story.
 * What makes no sense where it stands, as `unpin` of a node that does not run, does nothing.
 */
export type Event =
  /** Somebody writes to the cloud. */
  | { readonly kind: 'change'; readonly content: Content }
  /** How the cloud answers from now on. */
  | { readonly kind: 'cloud'; readonly answers: Answers; readonly path: '/api/policy' | '/api/facts' }
  /** The mirror, another node, copies from the cloud. */
  | { readonly kind: 'mirror copies' }
  | { readonly kind: 'sync' }
  | { readonly kind: 'pass'; readonly ms: number; readonly suspended: boolean }
  /** The wall clock alone. */
  | { readonly kind: 'jump'; readonly ms: number }
  | { readonly kind: 'wall clock right' }
  | { readonly kind: 'damage'; readonly which: Which; readonly how: Damage }
  | { readonly kind: 'damage state'; readonly how: 'gone' | 'garbage' | 'cut' }
  /** The next event meets a disk that fails: at one call, or from there on. */
  | { readonly kind: 'disk fails'; readonly atCall: number; readonly forGood: boolean }
  | { readonly kind: 'pin'; readonly nth: number }
  | { readonly kind: 'unpin' }
  | { readonly kind: 'import'; readonly file: SnapshotFile; readonly flags: ImportFlags }
  | { readonly kind: 'stop'; readonly how: 'clean' | 'while copying' }
  | { readonly kind: 'start'; readonly settings: NodeSettings };

/** `unchanged`: 304 to everybody. `hangs up`: the connection ends without an answer. */
export type Answers =
  | 'well'
  | 'unchanged'
  | 'html'
  | 'cut'
  | 'garbage'
  | 'hangs up'
  | 'bad policy'
  | 401
  | 403
  | 429
  | 503;

export type Which = 'served' | 'pinned' | 'newest' | 'oldest' | 'all';
export type Damage = 'flip' | 'cut' | 'no index' | 'no policy' | 'no metadata' | 'gone';

export interface SnapshotFile {
  /** When it was exported, before now; then it holds what the cloud had. */
  readonly agoMs: number;
  /** Of the machine that exported it. */
  readonly clockOffMs: number;
  /** Of the same second as the newest data on disk, with other content. */
  readonly isSameTime: boolean;
  readonly isOthers: boolean;
  readonly isDamaged: boolean;
}

export interface ImportFlags {
  readonly pin: boolean;
  readonly allowOlder: boolean;
  readonly allowEnvironment: boolean;
}

export interface NodeSettings {
  /** `none`: offline. */
  readonly source: 'cloud' | 'mirror' | 'none';
  readonly importFile: SnapshotFile | null;
  readonly allowOlder: boolean;
  readonly onStale: OnStale;
  readonly maxAgeMs: number;
  readonly keep: number;
  /** The index is not held in memory. */
  readonly isPaged: boolean;
  readonly maxShrink: number | null;
}

export const HOUR = 3_600_000;

/** One that runs as nodes mostly do. */
export const PLAIN: NodeSettings = {
  source: 'cloud',
  importFile: null,
  allowOlder: false,
  onStale: 'serve',
  maxAgeMs: 24 * HOUR,
  keep: 3,
  isPaged: false,
  maxShrink: null,
};

const mostly = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
const seldom = fc.integer({ min: 0, max: 7 }).map((n) => n === 7);

const content = fc.record({ policy: mostly(0, 1), users: fc.oneof(fc.integer({ min: 20, max: 24 }), fc.constant(1)) });

const answers = mostly<Answers>(
  'well',
  'unchanged',
  'html',
  'cut',
  'garbage',
  'hangs up',
  'bad policy',
  401,
  403,
  429,
  503,
);

const file: fc.Arbitrary<SnapshotFile> = fc.record({
  agoMs: fc.constantFrom(0, 300, 5 * 60_000, 3 * HOUR),
  clockOffMs: mostly(0, -2 * HOUR, 2 * HOUR),
  isSameTime: seldom,
  isOthers: seldom,
  isDamaged: seldom,
});

const flags = fc.record({ pin: fc.boolean(), allowOlder: fc.boolean(), allowEnvironment: seldom });

const settings: fc.Arbitrary<NodeSettings> = fc.record({
  source: mostly<NodeSettings['source']>('cloud', 'mirror', 'none'),
  importFile: fc.option(file, { freq: 3 }),
  allowOlder: mostly(false, true),
  onStale: fc.constantFrom<OnStale>('serve', 'unready', 'refuse'),
  maxAgeMs: mostly(24 * HOUR, HOUR),
  keep: mostly(3, 1, 2),
  isPaged: mostly(false, true),
  maxShrink: mostly(null, 0.5),
});

const change: fc.Arbitrary<Event> = content.map((to) => ({ kind: 'change', content: to }));
const cloud: fc.Arbitrary<Event> = fc
  .record({ answers, path: fc.constantFrom<'/api/policy' | '/api/facts'>('/api/policy', '/api/facts') })
  .map((how) => ({ kind: 'cloud', ...how }));
const pass: fc.Arbitrary<Event> = fc
  .record({ ms: fc.constantFrom(300, 20_000, 6 * 60_000, 31 * 60_000, 3 * HOUR), suspended: seldom })
  .map((how) => ({ kind: 'pass', ...how }));
const jump: fc.Arbitrary<Event> = fc
  .constantFrom(-90 * 24 * HOUR, -2 * HOUR, 2 * HOUR, 90 * 24 * HOUR)
  .map((ms) => ({ kind: 'jump', ms }));
const damage: fc.Arbitrary<Event> = fc
  .record({
    which: fc.constantFrom<Which>('served', 'served', 'pinned', 'newest', 'oldest', 'all'),
    how: fc.constantFrom<Damage>('flip', 'cut', 'no index', 'no policy', 'no metadata', 'gone'),
  })
  .map((how) => ({ kind: 'damage', ...how }));
const damageState: fc.Arbitrary<Event> = fc
  .constantFrom('gone' as const, 'garbage' as const, 'cut' as const)
  .map((how) => ({ kind: 'damage state', how }));
const diskFails: fc.Arbitrary<Event> = fc
  .record({ atCall: fc.integer({ min: 0, max: 80 }), forGood: fc.boolean() })
  .map((how) => ({ kind: 'disk fails', ...how }));
/** What is whole on the disk again is not served all the same. */
const diskFailsOnce: fc.Arbitrary<Event> = fc
  .integer({ min: 0, max: 40 })
  .map((atCall) => ({ kind: 'disk fails', atCall, forGood: false }));
const pin: fc.Arbitrary<Event> = fc.integer({ min: 0, max: 3 }).map((nth) => ({ kind: 'pin', nth }));
const importOf: fc.Arbitrary<Event> = fc.record({ file, flags }).map((of) => ({ kind: 'import', ...of }));
const stop: fc.Arbitrary<Event> = mostly<'clean' | 'while copying'>('clean', 'while copying').map((how) => ({
  kind: 'stop',
  how,
}));
const start: fc.Arbitrary<Event> = settings.map((with_) => ({ kind: 'start', settings: with_ }));

const one = (kind: 'mirror copies' | 'sync' | 'unpin' | 'wall clock right'): fc.Arbitrary<Event> =>
  fc.constant({ kind });

/** Events that belong together come together more often than chance brings them. */
const scene: fc.Arbitrary<readonly Event[]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(change, one('sync')) },
  { weight: 4, arbitrary: fc.tuple(one('sync')) },
  { weight: 3, arbitrary: fc.tuple(pass) },
  { weight: 2, arbitrary: fc.tuple(cloud) },
  { weight: 2, arbitrary: fc.tuple(change) },
  { weight: 1, arbitrary: fc.tuple(one('mirror copies')) },
  { weight: 1, arbitrary: fc.tuple(jump) },
  { weight: 1, arbitrary: fc.tuple(one('wall clock right')) },
  { weight: 2, arbitrary: fc.tuple(damage) },
  { weight: 1, arbitrary: fc.tuple(damageState) },
  { weight: 2, arbitrary: fc.tuple(pin) },
  { weight: 2, arbitrary: fc.tuple(one('unpin')) },
  { weight: 1, arbitrary: fc.tuple(diskFails, one('sync')) },
  { weight: 1, arbitrary: fc.tuple(diskFails) },
  { weight: 3, arbitrary: fc.tuple(stop, start) },
  { weight: 2, arbitrary: fc.tuple(stop, importOf, start) },
  { weight: 1, arbitrary: fc.tuple(stop, damage, start) },
  { weight: 2, arbitrary: fc.tuple(stop, diskFailsOnce, start, one('sync')) },
  { weight: 2, arbitrary: fc.tuple(one('sync'), damage, one('sync')) },
  { weight: 1, arbitrary: fc.tuple(stop, pass, start) },
  { weight: 1, arbitrary: fc.tuple(stop, damageState, start) },
);

/** What happens to one data directory, from before its first node. */
export const lives: fc.Arbitrary<readonly Event[]> = fc
  .tuple(start, fc.array(scene, { minLength: 1, maxLength: 14, size: 'max' }))
  .map(([first, scenes]) => [first, ...scenes.flat()]);
