import type { DataSource, Serving } from '../../engine/serving.ts';
import type { GenerationMetadata } from '../../generations/generation.ts';
import type { OpenGeneration } from '../../generations/open-generation.ts';
import { createServingSlot, type Refusal } from '../../sync/serving-slot.ts';
import { refusalOfStale, type StalenessPolicy } from '../../sync/staleness.ts';
import type { Clock } from '../../util/clock.ts';
import type { Board } from '../board.ts';

export interface EditionsOptions {
  readonly board: Board;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly staleness: StalenessPolicy;
  /** Another edition is served here than before. */
  readonly onChange: (metadata: GenerationMetadata) => void;
}

/**
 * The data that a worker is ready to answer from, by the number of their edition. Each request looks at the board, so
 * that no thread answers from what another has already left; what is left closes when its last request has let go.
 */
export class Editions {
  readonly source: DataSource;
  readonly #options: EditionsOptions;
  readonly #slot: ReturnType<typeof createServingSlot>;
  readonly #ready = new Map<number, OpenGeneration>();
  #held = 0;
  #emptiness: Refusal = { code: 'no_snapshot', message: 'the node is starting' };

  constructor(options: EditionsOptions) {
    this.#options = options;
    this.#slot = createServingSlot({
      empty: () => this.#emptiness,
      refused: () => (options.staleness.onStale === 'refuse' ? this.#staleness() : undefined),
    });
    const slot = this.#slot;
    const look = () => this.look();
    this.source = {
      acquire(key) {
        look();
        return slot.acquire(key);
      },
      get notReadyReason() {
        return slot.notReadyReason;
      },
      get notReadyCode() {
        return slot.notReadyCode;
      },
    };
  }

  /** What is answered from now. */
  get current(): Serving | undefined {
    this.look();
    return this.#slot.current;
  }

  /** Why clients should go elsewhere; undefined: they need not. */
  get unreadiness(): Refusal | undefined {
    if (this.current === undefined) return this.#emptiness;
    return this.#options.staleness.onStale === 'serve' ? undefined : this.#staleness();
  }

  /** Keeps what may be served later. Owns it from here. */
  add(edition: number, opened: OpenGeneration): void {
    this.#ready.set(edition, opened);
  }

  discard(edition: number): void {
    this.#ready.get(edition)?.close();
    this.#ready.delete(edition);
  }

  /** Serves what the board says. The refusal is for when it says nothing. */
  look(refusal?: Refusal): void {
    if (refusal !== undefined) this.#emptiness = refusal;
    const { edition } = this.#options.board;
    if (edition === this.#held) return;
    const opened = this.#ready.get(edition);
    this.#ready.delete(edition);
    this.#held = opened === undefined ? 0 : edition;
    this.#slot.replace(
      opened && {
        serving: { ...opened.serving, ageMs: () => this.#ageMs(edition) },
        close: () => opened.close(),
      },
    );
    if (opened !== undefined) this.#options.onChange(opened.metadata);
  }

  #ageMs(edition: number): number {
    const { board, clock } = this.#options;
    return Math.max(0, clock.monotonicMs() - board.bornMs(edition));
  }

  #staleness(): Refusal | undefined {
    return this.#held === 0 ? undefined : refusalOfStale(this.#ageMs(this.#held), this.#options.staleness);
  }
}
