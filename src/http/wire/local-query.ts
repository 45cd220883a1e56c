import type { ActionsQuestion, AuthorizeQuestion, ConjunctiveQuery, ListQuestion } from '../../engine/engine.ts';
import { OsoError } from '../../errors/oso-error.ts';
import { readConjunctiveQuery } from './conjunctive-query.ts';
import { isAbsent, type JsonRecord, pathOfKey, readBodyRecord, readRecord, readString, readText } from './field.ts';
import { type Asked, readActions, readAuthorize, readList } from './questions.ts';

/** A question about local and central data, with the text of the data bindings. */
export interface LocalAsked<Question> extends Asked<Question> {
  readonly dataBindings: string;
}

/** What the SQL of a conjunction gives: rows of named columns, or a condition on one. */
export type LocalMode =
  | { readonly kind: 'select'; readonly columns: ReadonlyMap<string, string> }
  | { readonly kind: 'filter'; readonly variable: string; readonly column: string };

/** Body of POST /authorize_query (api reference, 6.1). Throws REQUEST_INVALID. */
export function readAuthorizeQuery(body: unknown): LocalAsked<AuthorizeQuestion> {
  return readLocal(readBodyRecord(body), readAuthorize);
}

/** Body of POST /list_query (api reference, 6.1). Throws REQUEST_INVALID. */
export function readListQuery(body: unknown): LocalAsked<ListQuestion> & { readonly column: string } {
  const record = readBodyRecord(body);
  return { ...readLocal(record, readList), column: readText(record['column'], 'column') };
}

/** Body of POST /actions_query (api reference, 6.1). Throws REQUEST_INVALID. */
export function readActionsQuery(body: unknown): LocalAsked<ActionsQuestion> {
  return readLocal(readBodyRecord(body), readActions);
}

/** Body of POST /evaluate_query_local (api reference, 6.1). Throws REQUEST_INVALID. */
export function readLocalQuery(body: unknown): LocalAsked<ConjunctiveQuery> & { readonly mode: LocalMode } {
  const record = readBodyRecord(body);
  const asked = readLocal(record, readConjunctiveQuery);
  return { ...asked, mode: readMode(readRecord(record['mode'], 'mode'), asked.question) };
}

function readLocal<Question>(record: JsonRecord, read: (query: unknown) => Asked<Question>): LocalAsked<Question> {
  const dataBindings = record['data_bindings'];
  // Python sends null where none are configured, Node.js before version 2 an empty text (api reference, 6.1).
  if (isAbsent(dataBindings) || dataBindings === '') throw new OsoError('REQUEST_INVALID', 'data bindings missing');
  return {
    ...read(readRecord(record['query'], 'query')),
    dataBindings: readString(dataBindings, 'data_bindings'),
  };
}

function readMode(record: JsonRecord, query: ConjunctiveQuery): LocalMode {
  const mode = readText(record['mode'], 'mode.mode');
  if (mode === 'filter') {
    const variable = readVariable(record['query_var'], 'mode.query_var', query);
    return { kind: 'filter', variable, column: readText(record['output_column_name'], 'mode.output_column_name') };
  }
  if (mode !== 'select') {
    throw new OsoError('REQUEST_INVALID', '`mode.mode` must be `select` or `filter`');
  }
  const path = 'mode.query_vars_to_output_column_names';
  const names = readRecord(record['query_vars_to_output_column_names'], path);
  const columns = new Map<string, string>();
  for (const variable of Object.keys(names)) {
    const key = pathOfKey(path, variable);
    columns.set(readVariable(variable, key, query), readText(names[variable], key));
  }
  return { kind: 'select', columns };
}

function readVariable(value: unknown, path: string, { constraints }: ConjunctiveQuery): string {
  const variable = readString(value, path);
  if (constraints.has(variable)) return variable;
  throw new OsoError('REQUEST_INVALID', `\`${path}\` names a variable that has no constraint`);
}
