import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type {
  ActionsQuestion,
  AuthorizeQuestion,
  AuthorizeResourcesQuestion,
  ConjunctiveQuery,
  FactPattern,
  ListQuestion,
} from '../../src/engine/engine.ts';
import type { Fact, Value } from '../../src/facts/fact.ts';

/*
 * Behaviour of the engine as data: test/cases/engine/*.yaml, run in process and over HTTP. A file:
 *
 *     note: what the file is about
 *     policy: Polar text
 *     facts: [[has_role, 'User:alice', member, 'Org:acme']]     arguments are `Type:id`; a bare word is a String
 *     cases:
 *       - note: a sentence
 *         facts: [...]                                          besides those of the file
 *         context: [...]                                        context facts of every question of the case
 *         time: 1000                                            `@current_unix_time`
 *         allow: [['User:alice', read, 'Repo:anvil']]
 *         deny: [...]
 *         list: [{ ask: ['User:alice', read, Repo], is: [anvil] }]
 *         actions: [{ ask: ['User:alice', 'Repo:anvil'], is: [read] }]
 *         filter: [{ ask: ['User:alice', read], of: ['Repo:a', 'Repo:b'], is: ['Repo:a'] }]
 *         query: [{ ask: [is_public, 'Repo:_'], is: [[is_public, 'Repo:x']] }]    `_` any type, `Type:_` any id
 *         rows: [{ calls: [[allow, a, x, r]], where: { a: ['User', 'bob'], x: ['String'], r: ['Repo', 'p', 'q'] },
 *                  is: [{ a: bob, x: read, r: p }] }]           a type alone is free, `~` a wildcard; `none: T`: no id
 *         fails: [{ list: ['User:alice', read, Repo], code: EVAL_UNBOUNDED }]     also `allow` and `actions`
 */
export interface EngineCase {
  readonly file: string;
  /** The file's note and the case's own. */
  readonly title: string;
  readonly policy: string;
  readonly facts: readonly Fact[];
  readonly contextFacts: readonly Fact[];
  /** Undefined: any time will do. */
  readonly unixTime: bigint | undefined;
  readonly asks: readonly EngineAsk[];
}

export type EngineAsk =
  | { readonly kind: 'authorize'; readonly question: AuthorizeQuestion; readonly is: boolean }
  | { readonly kind: 'list'; readonly question: ListQuestion; readonly is: readonly string[] }
  | { readonly kind: 'actions'; readonly question: ActionsQuestion; readonly is: readonly string[] }
  | { readonly kind: 'filter'; readonly question: AuthorizeResourcesQuestion; readonly is: readonly Value[] }
  | { readonly kind: 'query'; readonly question: FactPattern; readonly is: readonly FactPattern[] }
  | {
      readonly kind: 'rows';
      readonly question: ConjunctiveQuery;
      readonly is: readonly Readonly<Record<string, string | null>>[];
    }
  | { readonly kind: 'fails'; readonly question: FailingQuestion; readonly code: string };

export type FailingQuestion =
  | { readonly kind: 'authorize'; readonly question: AuthorizeQuestion }
  | { readonly kind: 'list'; readonly question: ListQuestion }
  | { readonly kind: 'actions'; readonly question: ActionsQuestion };

const ENGINE_CASES = new URL('../cases/engine/', import.meta.url);

export function loadEngineCases(): readonly EngineCase[] {
  const files = readdirSync(ENGINE_CASES).filter((file) => file.endsWith('.yaml'));
  return files.sort().flatMap((file) => readCases(file, parse(readFileSync(new URL(file, ENGINE_CASES), 'utf8'))));
}

type Words = readonly string[];

interface CaseFile {
  readonly note: string;
  readonly policy: string;
  readonly facts?: readonly Words[];
  readonly cases: readonly CaseText[];
}

interface Answer {
  readonly ask: Words;
  readonly is: Words;
}

interface CaseText {
  readonly note: string;
  readonly facts?: readonly Words[];
  readonly context?: readonly Words[];
  readonly time?: number;
  readonly allow?: readonly Words[];
  readonly deny?: readonly Words[];
  readonly list?: readonly Answer[];
  readonly actions?: readonly Answer[];
  readonly filter?: readonly (Answer & { readonly of: Words })[];
  readonly query?: readonly { readonly ask: Words; readonly is: readonly Words[] }[];
  readonly rows?: readonly {
    readonly calls: readonly Words[];
    readonly where: Readonly<Record<string, Words | { readonly none: string }>>;
    readonly is: readonly Readonly<Record<string, string | null>>[];
  }[];
  readonly fails?: readonly {
    readonly code: string;
    readonly allow?: Words;
    readonly list?: Words;
    readonly actions?: Words;
  }[];
}

const CASE_KEYS = [
  'note',
  'facts',
  'context',
  'time',
  'allow',
  'deny',
  'list',
  'actions',
  'filter',
  'query',
  'rows',
  'fails',
];

function readCases(file: string, { note, policy, facts = [], cases }: CaseFile): readonly EngineCase[] {
  return cases.map((text) => {
    const unknown = Object.keys(text).filter((key) => !CASE_KEYS.includes(key));
    if (unknown.length > 0) throw new Error(`${file}: unknown keys ${unknown.join()}`);
    const asks = readAsks(text);
    if (asks.length === 0) throw new Error(`${file}: \`${text.note}\` asks nothing`);
    return {
      file,
      title: `${note}: ${text.note}`,
      policy,
      facts: [...facts, ...(text.facts ?? [])].map(readFact),
      contextFacts: (text.context ?? []).map(readFact),
      unixTime: text.time === undefined ? undefined : BigInt(text.time),
      asks,
    };
  });
}

function readAsks(text: CaseText): readonly EngineAsk[] {
  const none = <Item>(items: readonly Item[] | undefined) => items ?? [];
  return [
    ...none(text.allow).map((words) => ({ kind: 'authorize' as const, question: readAuthorize(words), is: true })),
    ...none(text.deny).map((words) => ({ kind: 'authorize' as const, question: readAuthorize(words), is: false })),
    ...none(text.list).map(({ ask, is }) => ({ kind: 'list' as const, question: readList(ask), is })),
    ...none(text.actions).map(({ ask, is }) => ({ kind: 'actions' as const, question: readActions(ask), is })),
    ...none(text.filter).map(({ ask: [actor = '', action = ''], of, is }) => ({
      kind: 'filter' as const,
      question: { actor: readValue(actor), action, resources: of.map(readValue) },
      is: is.map(readValue),
    })),
    ...none(text.query).map(({ ask, is }) => ({
      kind: 'query' as const,
      question: readPattern(ask),
      is: is.map(readPattern),
    })),
    ...none(text.rows).map(({ calls, where, is }) => ({
      kind: 'rows' as const,
      question: {
        calls: calls.map(([predicate = '', ...variables]) => ({ predicate, variables })),
        constraints: new Map(Object.entries(where).map(([name, words]) => [name, readConstraint(words)])),
      },
      is,
    })),
    ...none(text.fails).map(({ code, ...ask }) => ({ kind: 'fails' as const, question: readFailing(ask), code })),
  ];
}

function readFailing(ask: {
  readonly allow?: Words;
  readonly list?: Words;
  readonly actions?: Words;
}): FailingQuestion {
  if (ask.list) return { kind: 'list', question: readList(ask.list) };
  if (ask.actions) return { kind: 'actions', question: readActions(ask.actions) };
  return { kind: 'authorize', question: readAuthorize(ask.allow ?? []) };
}

function readAuthorize([actor = '', action = '', resource = '']: Words): AuthorizeQuestion {
  return { actor: readValue(actor), action, resource: readValue(resource) };
}

function readList([actor = '', action = '', resourceType = '']: Words): ListQuestion {
  return { actor: readValue(actor), action, resourceType };
}

function readActions([actor = '', resource = '']: Words): ActionsQuestion {
  return { actor: readValue(actor), resource: readValue(resource) };
}

function readConstraint(words: Words | { readonly none: string }): { type: string; ids: readonly string[] | null } {
  if ('none' in words) return { type: words.none, ids: [] };
  const [type = '', ...ids] = words;
  return { type, ids: ids.length === 0 ? null : ids };
}

function readPattern([predicate = '', ...args]: Words): FactPattern {
  return {
    predicate,
    args: args.map((word) => {
      if (word === '_') return { type: null, id: null };
      const { type, id } = readValue(word);
      return { type, id: id === '_' ? null : id };
    }),
  };
}

export function readFact([predicate = '', ...args]: Words): Fact {
  return { predicate, args: args.map(readValue) };
}

/** `Type:id`, split at the first colon; without one a String. */
export function readValue(word: string): Value {
  const text = String(word);
  const colon = text.indexOf(':');
  return colon === -1 ? { type: 'String', id: text } : { type: text.slice(0, colon), id: text.slice(colon + 1) };
}
