import { isMap, isScalar, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { OsoError } from '../errors/oso-error.ts';
import { quote } from '../errors/quote.ts';
import type { Binding, DataBindings } from './binding.ts';
import { countColumns } from './count-columns.ts';
import { parseSignature } from './parse-signature.ts';

/** Longest text; bindings of real applications have a few kilobytes. */
const MAX_LENGTH = 1024 * 1024;

/** A type of SQL, perhaps qualified, with arguments; nothing that could end the cast it stands in. */
const SQL_TYPE = /^[\p{L}_"][\p{L}\p{N}_ ."]*(?:\(\s*\d+\s*(?:,\s*\d+\s*)?\))?[\p{L}\p{N}_ ]*(?:\[\])?$/u;

/**
 * The bindings in a YAML text (api reference, 6.3). Unknown keys are left alone, and so are bindings that no policy uses.
 * Throws REQUEST_INVALID naming the entry, its line and what is wrong.
 */
export function parseDataBindings(text: string): DataBindings {
  if (text.length > MAX_LENGTH) throw new OsoError('REQUEST_INVALID', 'the data bindings are longer than 1 MiB');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe', stringKeys: true, merge: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line ?? 1;
    const [message = ''] = error.message.split(/ at line |\n/u);
    throw new OsoError('REQUEST_INVALID', `data bindings, line ${line}: the text is not YAML: ${message}`);
  }
  const reader: Reader = { lineOf: (node) => lines.linePos(node?.range?.[0] ?? 0).line };
  const root = document.contents;
  if (!isMap(root)) throw fault(reader, root, 'the text must be a map with the key `facts`');
  const facts = pairOf(root, 'facts');
  if (facts === undefined) throw fault(reader, root, 'the key `facts` is missing');
  return {
    bindings: entriesOf(reader, facts.value, '`facts`').map(([pair, signature], number) =>
      readBinding(reader, pair, { signature, number }),
    ),
    sqlTypes: readSqlTypes(reader, pairOf(root, 'sql_types')),
  };
}

interface Reader {
  lineOf(node: Node | null | undefined): number;
}

function fault({ lineOf }: Reader, node: unknown, message: string): OsoError {
  return new OsoError('REQUEST_INVALID', `data bindings, line ${lineOf(isNode(node) ? node : null)}: ${message}`);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value;
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/** Pairs of a map with their keys; a missing value is an empty map. */
function entriesOf(reader: Reader, value: unknown, what: string): readonly (readonly [Pair, string])[] {
  if (value === null || value === undefined || isNothing(value)) return [];
  if (!isMap(value)) throw fault(reader, value, `${what} must be a map`);
  return value.items.map((pair) => {
    if (!isScalar(pair.key) || typeof pair.key.value !== 'string') {
      throw fault(reader, pair.key, `a key of ${what} is not text`);
    }
    return [pair, pair.key.value] as const;
  });
}

/** The schema makes everything text: what is left of null is how it was written. */
function isNothing(value: unknown): boolean {
  return isScalar(value) && value.type === 'PLAIN' && ['', '~', 'null', 'Null', 'NULL'].includes(String(value.value));
}

function readBinding(
  reader: Reader,
  pair: Pair,
  { signature, number }: { readonly signature: string; readonly number: number },
): Binding {
  const parsed = parseSignature(signature);
  if (parsed.kind === 'fault') throw fault(reader, pair.key, `${quote(signature)}: ${parsed.message}`);
  if (!isMap(pair.value)) throw fault(reader, pair.key, `${quote(signature)}: it must have a \`query\``);
  const query = pairOf(pair.value, 'query')?.value;
  if (!isScalar(query) || typeof query.value !== 'string' || isNothing(query)) {
    throw fault(reader, pair.key, `${quote(signature)}: it must have a \`query\`, the text of a SELECT`);
  }
  const text = query.value.trim().replace(/\s*;$/u, '');
  if (text === '') throw fault(reader, query, `${quote(signature)}: the query is empty`);
  const wanted = parsed.args.filter(({ kind }) => kind === 'column').length;
  const found = countColumns(text);
  if (wanted > 0 && found !== undefined && found !== wanted) {
    throw fault(
      reader,
      query,
      `${quote(signature)}: the query gives ${found} ${found === 1 ? 'column' : 'columns'}, the signature has ${wanted} \`_\``,
    );
  }
  return { kind: 'query', number, predicate: parsed.predicate, args: parsed.args, query: text, signature };
}

function readSqlTypes(reader: Reader, pair: Pair | undefined): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const [entry, type] of entriesOf(reader, pair?.value, '`sql_types`')) {
    const { value } = entry;
    const text = isScalar(value) && typeof value.value === 'string' ? value.value.trim() : '';
    if (!SQL_TYPE.test(text)) throw fault(reader, entry.key, `\`sql_types\`: ${quote(type)} must name a type of SQL`);
    types.set(type, text);
  }
  return types;
}
