import type { FactPattern } from '../../engine/engine.ts';
import { OsoError } from '../../errors/oso-error.ts';
import { type Fact, MAX_FACT_ARITY, type Value } from '../../facts/fact.ts';
import { PRIMITIVE_TYPES } from '../../program/type-table.ts';
import { isAbsent, readArray, readRecord, readText } from './field.ts';
import { readValue, readValuePattern } from './value.ts';

/** A concrete fact (api reference, 3.2). Throws REQUEST_INVALID naming the path; whether a policy uses it is not asked. */
export function readFact(value: unknown, path: string): Fact {
  return readFactOf(value, path, readFactValue);
}

/** A fact whose arguments may be wildcards. Throws REQUEST_INVALID naming the path. */
export function readFactPattern(value: unknown, path: string): FactPattern {
  return readFactOf(value, path, readValuePattern);
}

/** Absent and null mean none (api reference, 3.3). Throws REQUEST_INVALID. */
export function readContextFacts(value: unknown, path = 'context_facts'): readonly Fact[] {
  if (isAbsent(value)) return NO_FACTS;
  return readFacts(value, path);
}

function readFacts(value: unknown, path: string): readonly Fact[] {
  return readArray(value, path).map((fact, index) => readFact(fact, `${path}[${index}]`));
}

const NO_FACTS: readonly Fact[] = [];

/** No object of a fact has the id `*`: answers would take it for a wildcard. */
function readFactValue(value: unknown, path: string): Value {
  const { type, id } = readValue(value, path);
  if (id !== '*' || PRIMITIVE_TYPES.has(type)) return { type, id };
  throw new OsoError('REQUEST_INVALID', `\`${path}.id\` must not be \`*\`, the mark of a wildcard`);
}

interface FactOf<Arg> {
  readonly predicate: string;
  readonly args: readonly Arg[];
}

function readFactOf<Arg>(value: unknown, path: string, readArg: (value: unknown, path: string) => Arg): FactOf<Arg> {
  const record = readRecord(value, path);
  const predicate = readText(record['predicate'], `${path}.predicate`);
  const args = readArray(record['args'], `${path}.args`);
  if (args.length > MAX_FACT_ARITY) {
    throw new OsoError(
      'REQUEST_INVALID',
      `\`${path}.args\` has ${args.length} arguments, a fact has at most ${MAX_FACT_ARITY}`,
    );
  }
  return { predicate, args: args.map((arg, index) => readArg(arg, `${path}.args[${index}]`)) };
}
