import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Fact } from '../../../src/facts/fact.ts';
import { readFact } from '../../support/engine-cases.ts';

/*
 * Behaviour on the wire as data: test/cases/http/*.yaml, run over a dev-server and, where nothing is written, over a node
 * whose facts are in an index file. A file:
 *
 *     note: what the file is about
 *     on: [dev-server]                            where it runs; absent: both
 *     policy: Polar text; absent: none
 *     facts: [[has_role, 'User:alice', member, 'Org:acme']]    as in the cases of the engine
 *     scenarios:
 *       - note: a sentence
 *         on: [node]                              overrides that of the file
 *         asks:                                   in order, of one server
 *           - POST: /api/authorize                or GET, DELETE, HEAD, OPTIONS, PUT
 *             headers: { x-request-id: abc }
 *             key: none                           another bearer key than the server's own, or `none`
 *             body: { actor_type: User }          sent as JSON
 *             raw: '{"a":'                        sent as it is
 *             status: 400                         absent: 200
 *             json: { allowed: true }             the whole body of the reply, no key more
 *             items: [1, 2]                       the whole body, an array in any order
 *             like: { ready: false }              a part of it
 *             message: a regular expression       the body is `{"message"}` and nothing else
 *             text: a regular expression          the body as text
 *             has: { allow: POST }                headers of the reply, by regular expression
 *             lacks: [osooffset]
 *             save: { token: next_page_token }    keys of the reply for `$token` in later paths, headers and bodies
 */
export interface HttpCase {
  /** The file's note and the scenario's own. */
  readonly title: string;
  readonly on: readonly Place[];
  readonly policy: string;
  readonly facts: readonly Fact[];
  readonly asks: readonly HttpAsk[];
}

export type Place = 'dev-server' | 'node';

export interface HttpAsk {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: the server's own. */
  readonly key: string | undefined;
  readonly body: unknown;
  readonly status: number;
  readonly expected: ExpectedReply;
  readonly save: Readonly<Record<string, string>>;
}

export interface ExpectedReply {
  readonly json?: unknown;
  readonly items?: readonly unknown[];
  readonly like?: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly text?: string;
  readonly has?: Readonly<Record<string, string>>;
  readonly lacks?: readonly string[];
}

interface CaseFile {
  readonly note: string;
  readonly on?: readonly Place[];
  readonly policy?: string;
  readonly facts?: readonly (readonly string[])[];
  readonly scenarios: readonly { readonly note: string; readonly on?: readonly Place[]; readonly asks: AskText[] }[];
}

type AskText = ExpectedReply &
  Partial<Record<Method, string>> & {
    readonly headers?: Readonly<Record<string, string>>;
    readonly key?: string;
    readonly body?: unknown;
    readonly raw?: string;
    readonly status?: number;
    readonly save?: Readonly<Record<string, string>>;
  };

const METHODS = ['GET', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PUT'] as const;
type Method = (typeof METHODS)[number];

const ASK_KEYS: ReadonlySet<string> = new Set([
  ...METHODS,
  ...['headers', 'key', 'body', 'raw', 'status', 'json', 'items', 'like', 'message', 'text', 'has', 'lacks', 'save'],
]);

const HTTP_CASES = new URL('../../cases/http/', import.meta.url);

export function loadHttpCases(): readonly HttpCase[] {
  const files = readdirSync(HTTP_CASES).filter((file) => file.endsWith('.yaml'));
  return files
    .sort()
    .flatMap((file) => readCases(file, parse(readFileSync(new URL(file, HTTP_CASES), 'utf8'), { merge: true })));
}

function readCases(file: string, { note, on = ['dev-server', 'node'], policy = '', facts = [], scenarios }: CaseFile) {
  return scenarios.map((scenario): HttpCase => {
    const title = `${note}: ${scenario.note}`;
    const asks = scenario.asks.map((ask) => readAsk(ask, `${file}: ${title}`));
    return { title, on: scenario.on ?? on, policy, facts: facts.map(readFact), asks };
  });
}

function readAsk(text: AskText, place: string): HttpAsk {
  const unknown = Object.keys(text).filter((key) => !ASK_KEYS.has(key));
  const method = METHODS.find((name) => text[name] !== undefined);
  if (unknown.length > 0 || method === undefined) throw new Error(`${place}: no method, or unknown keys ${unknown}`);
  const { headers = {}, key, body, raw, status = 200, save = {}, ...expected } = text;
  return { method, path: text[method] ?? '', headers, key, body: raw ?? body, status, expected, save };
}
