import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { importCommand } from '../../../src/cli/commands/import.ts';
import type { Output } from '../../../src/cli/output.ts';
import { isHelp, parseInvocation } from '../../../src/cli/parse-invocation.ts';
import { OsoError } from '../../../src/errors/oso-error.ts';
import { writeSnapshot } from '../../../src/snapshot/write-snapshot.ts';
import type { AttemptOutcome } from '../../../src/sync/sync-loop.ts';
import { contentOf, temporaryDirectory } from '../../snapshot/support/sample-snapshot.ts';
import { installFaultDisk } from '../../soak/support/fault-disk.mjs';
import {
  type Content,
  ENVIRONMENT,
  factsOf,
  LEAST_USERS_OF_OTHERS,
  OTHER_TENANT,
  policyOf,
  TENANT,
} from './content.ts';
import type { Event, NodeSettings, SnapshotFile } from './events.ts';
import { LifeClock } from './life-clock.ts';
import { doDamage, doDamageToState } from './look-at-disk.ts';
import { NodeLife } from './node-life.ts';
import { lookAt, type Sight } from './sight.ts';
import { type Source, Truth } from './truth.ts';

/** A file as it was written for an event. */
export interface WrittenFile {
  readonly path: string;
  readonly takenAtMs: number;
  readonly content: Content;
  readonly tenant: string;
  readonly isDamaged: boolean;
}

/** One event, and what came of it. */
export interface Step {
  readonly event: Event;
  readonly before: Sight;
  readonly after: Sight;
  /** Of copies, in this event. */
  readonly attempts: readonly AttemptOutcome[];
  /** What a command or a start ended with. */
  readonly error: OsoError | undefined;
  readonly file: WrittenFile | undefined;
  /** Whether a call to the disk failed. */
  readonly diskFailed: boolean;
  /** Whom the node asks. */
  readonly source: Source | undefined;
}

/** In which the program itself goes to the disk. */
const MEETS_DISK: ReadonlySet<Event['kind']> = new Set(['sync', 'pass', 'pin', 'unpin', 'import', 'stop', 'start']);

const START_MS = Date.UTC(2030, 0, 1);

/** A cloud, a mirror, a clock, and one data directory with the nodes that run there, one after the other. */
export class World implements AsyncDisposable {
  readonly clock: LifeClock;
  readonly truth: Truth;
  readonly #parent = temporaryDirectory();
  readonly #path = this.#parent.file('data');
  #running: { readonly life: NodeLife; readonly settings: NodeSettings } | undefined;
  #attempts: AttemptOutcome[] = [];
  #files = 0;
  /** For the next event that meets the disk. */
  #failing: Extract<Event, { kind: 'disk fails' }> | undefined;
  /** For this one. */
  #armed: Extract<Event, { kind: 'disk fails' }> | undefined;
  #calls = 0;
  #diskFailed = false;
  #repair: () => void = () => {};

  private constructor(clock: LifeClock, truth: Truth) {
    this.clock = clock;
    this.truth = truth;
  }

  static async begin(): Promise<World> {
    const clock = new LifeClock(START_MS);
    const world = new World(clock, await Truth.begin(clock));
    mkdirSync(world.#path, { mode: 0o700 });
    world.#repair = await installFaultDisk(world.#path, () => world.#meetDisk());
    return world;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#armed = undefined;
    await this.#running?.life.end();
    this.#repair();
    await this.truth[Symbol.asyncDispose]();
    this.#parent[Symbol.dispose]();
  }

  async perform(event: Event): Promise<Step> {
    const before = this.look();
    this.#attempts = [];
    this.#diskFailed = false;
    this.#calls = 0;
    const wanted = event.kind === 'import' ? event.file : event.kind === 'start' ? event.settings.importFile : null;
    const file = wanted === null ? undefined : await this.#write(wanted, before);
    const settings = event.kind === 'start' ? event.settings : this.#running?.settings;
    if (MEETS_DISK.has(event.kind)) {
      this.#armed = this.#failing;
      this.#failing = undefined;
    }
    let error: OsoError | undefined;
    try {
      await this.#happen(event, { before, file });
    } catch (thrown) {
      if (!(thrown instanceof OsoError)) throw thrown;
      error = thrown;
    } finally {
      this.#armed = undefined;
    }
    const after = this.look();
    const source = settings && this.truth.from(settings.source);
    return { event, before, after, attempts: this.#attempts, error, file, diskFailed: this.#diskFailed, source };
  }

  look(): Sight {
    return lookAt({ clock: this.clock, path: this.#path, running: this.#running });
  }

  async #happen(event: Event, { before, file }: Pick<Step, 'before' | 'file'>): Promise<void> {
    const life = this.#running?.life;
    switch (event.kind) {
      case 'change':
        return this.truth.change(event.content);
      case 'cloud':
        return this.truth.answer(event.answers, event.path);
      case 'mirror copies':
        return this.truth.mirrorCopies();
      case 'sync':
        return await life?.sync();
      case 'pass':
        if (event.suspended) this.clock.suspend(event.ms);
        else this.clock.spend(event.ms);
        return await life?.wake();
      case 'jump':
        return this.clock.jumpWall(event.ms);
      case 'wall clock right':
        return this.clock.jumpWall(-this.clock.offMs);
      case 'damage':
        return this.#damage(event);
      case 'damage state':
        return doDamageToState(this.#path, event.how);
      case 'disk fails':
        this.#failing = event;
        return;
      case 'pin':
        return await this.#pin(before.disk.filter(({ isAside }) => !isAside)[event.nth]?.id);
      case 'unpin':
        await life?.data.unpin(new AbortController().signal);
        return;
      case 'import':
        return life ? undefined : await this.#import(event, file?.path ?? '');
      case 'stop':
        return await this.#stop(event.how);
      case 'start':
        return life ? undefined : await this.#start(event.settings, file);
    }
  }

  async #start(settings: NodeSettings, file: WrittenFile | undefined): Promise<void> {
    const { life, outcome } = await NodeLife.start({
      path: this.#path,
      settings,
      importPath: file?.path,
      url: this.truth.from(settings.source)?.url,
      clock: this.clock,
      onAttempt: (attempt) => this.#attempts.push(attempt),
    });
    if (outcome !== 'failed') this.#running = { life, settings };
    else {
      await life.end();
      throw new OsoError('NOTHING_TO_START_FROM', 'no source gave data');
    }
  }

  async #stop(how: 'clean' | 'while copying'): Promise<void> {
    if (this.#running === undefined) return;
    const { life, settings } = this.#running;
    this.#running = undefined;
    if (how === 'while copying' && settings.source !== 'none') {
      using stalled = this.truth.stall();
      await Promise.race([stalled.asked, life.sync()]);
      await life.end();
    } else await life.end();
  }

  async #pin(id: string | undefined): Promise<void> {
    if (id !== undefined) await this.#running?.life.data.pin(id);
  }

  #damage({ which, how }: Extract<Event, { kind: 'damage' }>): void {
    const { disk, served, pinned } = this.look();
    const there = disk.filter(({ isAside }) => !isAside);
    const hit = {
      served: disk.filter(({ id }) => id === served?.id),
      pinned: disk.filter(({ id }) => id === pinned),
      newest: there.slice(0, 1),
      oldest: there.slice(-1),
      all: disk,
    }[which];
    // Flipping the same bit twice would mend it.
    for (const generation of hit) if (generation.isWhole) doDamage(this.#path, generation, how);
  }

  /** The command, with the settings of a node of ours. */
  async #import({ flags }: Extract<Event, { kind: 'import' }>, path: string): Promise<void> {
    const rest = [path, '--directory', this.#path, '--environment', ENVIRONMENT, '--tenant', TENANT];
    if (flags.pin) rest.push('--pin');
    if (flags.allowOlder) rest.push('--allow-older');
    if (flags.allowEnvironment) rest.push('--allow-environment');
    const invocation = parseInvocation(importCommand, rest, {});
    if (isHelp(invocation)) throw new Error('help was asked for');
    const { signal } = new AbortController();
    // Whatever the command waits for ends with its process.
    const clock = { nowMs: () => this.clock.nowMs(), monotonicMs: () => this.clock.monotonicMs(), sleep: untilAborted };
    await importCommand.run(invocation, { env: {}, output: SILENT, clock, signal, onHangup: () => {} });
  }

  async #write(of: SnapshotFile, { disk, trueMs }: Sight): Promise<WrittenFile> {
    this.#files += 1;
    const path = this.#parent.file(`${this.#files}.snapshot`);
    const newest = disk.find(({ isAside }) => !isAside);
    const atMs = of.isSameTime && newest ? newest.takenAtMs : trueMs - of.agoMs + of.clockOffMs;
    const takenAtMs = Math.floor(atMs / 1_000) * 1_000;
    const had = this.truth.contentAt(trueMs - of.agoMs);
    const users = of.isOthers ? LEAST_USERS_OF_OTHERS : of.isSameTime ? had.users + 10 : had.users;
    const content = { ...had, users };
    const tenant = of.isOthers ? OTHER_TENANT : TENANT;
    await writeSnapshot(path, contentOf(factsOf(content), { takenAtMs, tenant, policyText: policyOf(content) }));
    if (of.isDamaged) writeFileSync(path, readFileSync(path).subarray(0, -1));
    return { path, takenAtMs, content, tenant, isDamaged: of.isDamaged };
  }

  #meetDisk(): { readonly error: string } | undefined {
    if (this.#armed === undefined) return undefined;
    const { atCall, forGood } = this.#armed;
    const call = this.#calls;
    this.#calls += 1;
    if (forGood ? call < atCall : call !== atCall) return undefined;
    this.#diskFailed = true;
    return { error: 'EIO' };
  }
}

async function untilAborted(_: number, signal?: AbortSignal): Promise<void> {
  if (signal) await once(signal, 'abort');
}

const SILENT: Output = {
  isJson: false,
  isQuiet: true,
  drawing: 'none',
  stderr: process.stderr,
  binary: () => process.stdout,
  result: () => {},
  paint: async () => {
    throw new Error('nothing is painted');
  },
  note: () => {},
  settled: async () => undefined,
};
