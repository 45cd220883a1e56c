import type { Engine } from '../engine/engine.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { FactReader } from '../facts/fact-reader.ts';
import type { Program } from '../program/program.ts';
import type { Clock } from '../util/clock.ts';

/** An id that no environment has. */
const NOBODY = 'oso-fallback-probe';
const MAX_STEPS = 100_000;
const MAX_MS = 5_000;

/**
 * Asks an engine something before anybody relies on it: one decision about values that nobody has, and the first row of
 * every relation. The answer does not matter, nor does a limit that it meets; that there is one does.
 * Throws what the engine or the reader throws.
 */
export function probeEngine(data: {
  readonly program: Program;
  readonly engine: Engine;
  readonly facts: FactReader;
  readonly clock: Clock;
}): void {
  readFirstRows(data.facts);
  const { program, engine, clock } = data;
  const actor = { type: blockOf(program, 'actor') ?? 'User', id: NOBODY };
  const resource = { type: blockOf(program, 'resource') ?? actor.type, id: NOBODY };
  const action = program.metadata.resources.get(resource.type)?.permissions[0] ?? NOBODY;
  try {
    engine.authorize(
      { actor, action, resource },
      {
        contextFacts: [],
        unixTime: BigInt(Math.trunc(clock.nowMs() / 1000)),
        budget: {
          maxSteps: MAX_STEPS,
          deadlineMs: clock.monotonicMs() + MAX_MS,
          monotonicMs: () => clock.monotonicMs(),
        },
      },
    );
  } catch (error) {
    if (!isLimit(error)) throw error;
  }
}

function readFirstRows(facts: FactReader): void {
  for (const relation of facts.relations) {
    const path = relation.access([]);
    const first = path.seek(0, 0, 0, 0, 0);
    for (let column = 0; column < relation.types.length; column++) {
      facts.dictionary.valueOf(path.get(first, column));
    }
  }
}

function blockOf(program: Program, kind: 'actor' | 'resource'): string | undefined {
  for (const [name, block] of program.types.blocks) if (block.kind === kind) return name;
  return undefined;
}

function isLimit(error: unknown): boolean {
  return error instanceof OsoError && ['EVAL_LIMIT', 'EVAL_DEADLINE', 'EVAL_UNBOUNDED'].includes(error.code);
}
