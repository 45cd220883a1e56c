import { FakeClock } from '../../support/fake-clock.ts';

/** For requests to end on the data before. Here none are under way. */
const SHORT_MS = 2_000;

/** A fake clock that knows how far the wall clock is off, that can sleep with its machine, and who waits for it. */
export class LifeClock extends FakeClock {
  readonly #startMs: number;
  #asleepMs = 0;
  #offMs = 0;
  #watchers: (() => void)[] = [];

  constructor(startMs: number) {
    super(startMs);
    this.#startMs = startMs;
  }

  /** What the time is, whatever the wall clock says. */
  get trueMs(): number {
    return this.#startMs + this.uptimeMs();
  }

  /** By how much the wall clock is ahead. */
  get offMs(): number {
    return this.#offMs;
  }

  uptimeMs(): number {
    return this.monotonicMs() + this.#asleepMs;
  }

  override jumpWall(ms: number): void {
    super.jumpWall(ms);
    this.#offMs += ms;
  }

  /** The machine sleeps: its monotonic clock stands still. */
  suspend(ms: number): void {
    super.jumpWall(ms);
    this.#asleepMs += ms;
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= SHORT_MS) return Promise.resolve();
    const slept = super.sleep(ms, signal);
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watch of watchers) watch();
    return slept;
  }

  /** Resolves when it holds; it is looked at whenever somebody goes to sleep. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }
}
