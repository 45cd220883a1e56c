import { OsoError } from '../errors/oso-error.ts';
import type { Answer, Call, Route } from '../http/route.ts';
import { applyChanges } from './apply-changes.ts';
import type { Change } from './change.ts';
import type { Environment } from './environment.ts';
import type { Environments } from './environments.ts';
import { readBatch, readBulk, readDelete, readDeletes, readInsert, readInserts } from './read-changes.ts';
import { requireFact } from './require-fact.ts';
import type { WriteLimits } from './write-limits.ts';

export interface WriteOptions {
  readonly environments: Environments;
  readonly limits: WriteLimits;
}

interface Write {
  readonly method: 'POST' | 'DELETE';
  readonly path: string;
  read(body: unknown): readonly Change[];
  /** Body of the answer: a message unless the endpoint says otherwise. */
  print?(body: unknown, changes: readonly Change[]): unknown;
}

const WRITES: readonly Write[] = [
  { method: 'POST', path: '/api/batch', read: readBatch },
  { method: 'POST', path: '/api/bulk', read: readBulk },
  { method: 'POST', path: '/api/bulk_load', read: (body) => readInserts(body) },
  { method: 'POST', path: '/api/bulk_delete', read: (body) => readDeletes(body) },
  { method: 'POST', path: '/api/facts', read: (body) => [readInsert(body)], print: printInserted },
  { method: 'DELETE', path: '/api/facts', read: (body) => [readDelete(body)] },
];

/** Changes of facts (api reference, 4.13 and 4.14). Each request happens as a whole or not at all. */
export function writeRoutes(options: WriteOptions): readonly Route[] {
  return [
    ...WRITES.map(
      ({ method, path, read, print = printDone }): Route => ({
        method,
        path,
        access: 'api',
        body: 'json',
        maxBodyBytes: options.limits.maxBodyBytes,
        answer: (call) => {
          const changes = read(call.body);
          return changed(write(options, call, changes), print(call.body, changes));
        },
      }),
    ),
    { method: 'POST', path: '/api/clear_data', access: 'api', body: 'none', answer: (call) => clear(options, call) },
  ];
}

/** Reply to a change; the offset lets a client ask for data that include it (api reference, 2.2). */
export function changed(environment: Environment, body: unknown, status = 200): Answer {
  return { status, body: JSON.stringify(body), headers: ['OsoOffset', environment.offset] };
}

function write({ environments, limits }: WriteOptions, call: Call, changes: readonly Change[]): Environment {
  if (changes.length > limits.maxEntries) {
    throw new OsoError(
      'REQUEST_TOO_LARGE',
      `the request has ${changes.length} entries, the limit is ${limits.maxEntries}`,
    );
  }
  const environment = environments.of(call.apiKey);
  const { program } = environment.policy;
  for (const change of changes) if (change.kind === 'insert') requireFact(program, change.fact);
  environment.changeFacts((facts) => applyChanges(facts, changes, limits.maxWildcardDeletes));
  return environment;
}

function clear({ environments }: WriteOptions, call: Call): Answer {
  const environment = environments.of(call.apiKey);
  environment.clearFacts();
  return changed(environment, { message: 'all facts are deleted' });
}

function printDone(_body: unknown, changes: readonly Change[]): unknown {
  const inserts = changes.filter(({ kind }) => kind === 'insert').length;
  return { message: `${inserts} inserts and ${changes.length - inserts} deletes are done` };
}

function printInserted(_body: unknown, [change]: readonly Change[]): unknown {
  return change?.kind === 'insert' ? change.fact : undefined;
}
