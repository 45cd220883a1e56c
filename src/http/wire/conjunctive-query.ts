import type { ConjunctiveQuery } from '../../engine/engine.ts';
import { OsoError } from '../../errors/oso-error.ts';
import { readContextFacts } from './fact.ts';
import { isAbsent, pathOfKey, readArray, readBodyRecord, readRecord, readString, readText } from './field.ts';
import type { Asked } from './questions.ts';
import { readConcreteType, readId } from './value.ts';

type Call = ConjunctiveQuery['calls'][number];
type Constraint = { readonly type: string; readonly ids: readonly string[] | null };

/**
 * Body of POST /evaluate_query (api reference, 5.1): `predicate` becomes the first of the calls.
 * Throws REQUEST_INVALID, also when a call names a variable that has no constraint.
 */
export function readConjunctiveQuery(body: unknown): Asked<ConjunctiveQuery> {
  const record = readBodyRecord(body);
  const constraints = readConstraints(record['constraints']);
  const calls = [
    readCall(record['predicate'], 'predicate', constraints),
    ...readArray(record['calls'], 'calls').map((call, index) => readCall(call, `calls[${index}]`, constraints)),
  ];
  return { question: { calls, constraints }, contextFacts: readContextFacts(record['context_facts']) };
}

/** `["allow", ["var_a", "var_b", "var_c"]]` */
function readCall(value: unknown, path: string, constraints: ReadonlyMap<string, Constraint>): Call {
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

function readConstraints(value: unknown): ReadonlyMap<string, Constraint> {
  const record = readRecord(value, 'constraints');
  const constraints = new Map<string, Constraint>();
  for (const name of Object.keys(record)) {
    constraints.set(name, readConstraint(record[name], pathOfKey('constraints', name)));
  }
  return constraints;
}

function readConstraint(value: unknown, path: string): Constraint {
  const record = readRecord(value, path);
  const type = readConcreteType(record['type'], `${path}.type`);
  if (isAbsent(record['ids'])) return { type, ids: null };
  const ids = readArray(record['ids'], `${path}.ids`).map((id, index) =>
    readId({ type, id, path: `${path}.ids[${index}]` }),
  );
  return { type, ids };
}
