import { createEngine } from '../engine/create-engine.ts';
import type { Pinned, Serving } from '../engine/serving.ts';
import { createMemoryFacts, type MemoryFacts } from '../facts/memory-facts.ts';
import type { Program } from '../program/program.ts';
import type { Clock } from '../util/clock.ts';

/** A policy as it was saved; the empty text is no policy. */
export interface SavedPolicy {
  readonly text: string;
  readonly filename: string | undefined;
  readonly program: Program;
}

export interface EnvironmentOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly policy: SavedPolicy;
  readonly facts?: MemoryFacts;
  /** Told after every change. */
  readonly onChange?: ((environment: Environment) => void) | undefined;
}

export interface HeldData {
  readonly policy: SavedPolicy;
  readonly facts: MemoryFacts;
  release(): void;
}

/**
 * Policy and facts that can be changed. What a request has pinned stays as it was: a change that comes while someone
 * still reads goes to a copy of the facts.
 */
export class Environment {
  readonly #options: EnvironmentOptions;
  #policy: SavedPolicy;
  #facts: MemoryFacts;
  #revision = 1;
  #engine: Serving['engine'] | undefined;
  /** Readers of the present facts. */
  #readers = { count: 0 };

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#policy = options.policy;
    this.#facts = options.facts ?? createMemoryFacts();
  }

  get policy(): SavedPolicy {
    return this.#policy;
  }

  get factCount(): number {
    return this.#facts.factCount;
  }

  /** Opaque to clients: they send it back with later requests (api reference, 2.2). */
  get offset(): string {
    return `${this.#revision}`;
  }

  /** Policy and facts of this moment; they stay so until `release`. */
  hold(): HeldData {
    const readers = this.#readers;
    readers.count += 1;
    return {
      policy: this.#policy,
      facts: this.#facts,
      release: () => {
        readers.count -= 1;
      },
    };
  }

  /** The same, to ask questions of. The engine is made at the first question after a change, not at every change. */
  pin(): Pinned {
    const { policy, facts, release } = this.hold();
    this.#engine ??= createEngine(policy.program, facts);
    return {
      serving: {
        snapshotId: `${this.#options.name}-${this.#revision}`,
        takenAtMs: this.#options.clock.nowMs(),
        policyText: policy.text,
        policyFilename: policy.filename,
        program: policy.program,
        engine: this.#engine,
        facts,
      },
      release,
    };
  }

  savePolicy(policy: SavedPolicy): void {
    this.#policy = policy;
    this.#changed();
  }

  /** `write` changes the facts synchronously; when it throws, it has left them as they were. */
  changeFacts(write: (facts: MemoryFacts) => void): void {
    if (this.#readers.count > 0) this.#replaceFacts(createMemoryFacts(this.#facts.facts()));
    write(this.#facts);
    this.#changed();
  }

  clearFacts(): void {
    this.#replaceFacts(createMemoryFacts());
    this.#changed();
  }

  copy(name: string): Environment {
    return new Environment({
      name,
      clock: this.#options.clock,
      policy: this.#policy,
      facts: createMemoryFacts(this.#facts.facts()),
    });
  }

  #replaceFacts(facts: MemoryFacts): void {
    this.#facts = facts;
    this.#readers = { count: 0 };
  }

  #changed(): void {
    this.#revision += 1;
    this.#engine = undefined;
    this.#options.onChange?.(this);
  }
}
