import type { ConjunctiveQuery, Constraint } from '../../engine/engine.ts';
import { OsoError } from '../../errors/oso-error.ts';
import { readContextFacts } from './fact.ts';
import { isAbsent, pathOfKey, readArray, readBodyRecord, readRecord, readString, readText } from './field.ts';
import type { Asked } from './questions.ts';
import { readConcreteType, readId } from './value.ts';

type Call = ConjunctiveQuery['calls'][number];

/** A conjunction whose answers give listed ids back as they were sent. */
export interface SentQuery extends ConjunctiveQuery {
  readonly constraints: ReadonlyMap<string, SentConstraint>;
}

interface SentConstraint extends Constraint {
  /** What was sent for each id, where any has another form; the first counts. */
  readonly sentIds?: ReadonlyMap<string, string>;
}

/**
 * Body of POST /evaluate_query (api reference, 5.1): `predicate` becomes the first of the calls.
 * Throws REQUEST_INVALID, also when a call names a variable that has no constraint.
 */
export function readConjunctiveQuery(body: unknown): Asked<SentQuery> {
  const record = readBodyRecord(body);
  const constraints = readConstraints(record['constraints']);
  const calls = [
    readCall(record['predicate'], 'predicate', constraints),
    ...readArray(record['calls'], 'calls').map((call, index) => readCall(call, `calls[${index}]`, constraints)),
  ];
  return { question: { calls, constraints }, contextFacts: readContextFacts(record['context_facts']) };
}

/** `["allow", ["var_a", "var_b", "var_c"]]` */
function readCall(value: unknown, path: string, constraints: ReadonlyMap<string, unknown>): Call {
  const pair = readArray(value, path);
  if (pair.length !== 2) {
    throw new OsoError('REQUEST_INVALID', `\`${path}\` must have two elements: a predicate and its variables`);
  }
  const variables = readArray(pair[1], `${path}[1]`).map((variable, index) => {
    const variablePath = `${path}[1][${index}]`;
    const name = readString(variable, variablePath);
    if (constraints.has(name)) return name;
    const key = pathOfKey('constraints', name);
    throw new OsoError('REQUEST_INVALID', `\`${key}\` is missing: \`${variablePath}\` names that variable`);
  });
  return { predicate: readText(pair[0], `${path}[0]`), variables };
}

function readConstraints(value: unknown): ReadonlyMap<string, SentConstraint> {
  const record = readRecord(value, 'constraints');
  const constraints = new Map<string, SentConstraint>();
  for (const name of Object.keys(record)) {
    constraints.set(name, readConstraint(record[name], pathOfKey('constraints', name)));
  }
  return constraints;
}

function readConstraint(value: unknown, path: string): SentConstraint {
  const record = readRecord(value, path);
  const type = readConcreteType(record['type'], `${path}.type`);
  if (isAbsent(record['ids'])) return { type, ids: null };
  const sent = readArray(record['ids'], `${path}.ids`);
  const ids = sent.map((id, index) => readId({ type, id, path: `${path}.ids[${index}]` }));
  return ids.every((id, index) => id === sent[index]) ? { type, ids } : { type, ids, sentIds: firstSent(ids, sent) };
}

function firstSent(ids: readonly string[], sent: readonly unknown[]): ReadonlyMap<string, string> {
  const sentIds = new Map<string, string>();
  for (const [index, id] of ids.entries()) if (!sentIds.has(id)) sentIds.set(id, String(sent[index]));
  return sentIds;
}
