import { OsoError } from '../errors/oso-error.ts';
import { quote } from '../errors/quote.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import type { Binding, DataBindings } from './binding.ts';
import { type CheckedQuery, checkQuery } from './check-query.ts';
import { parseSignature } from './parse-signature.ts';
import { isNothing, textOfNode, type YamlEntry, YamlText } from './read-yaml.ts';

/** Longest text; bindings of real applications have a few kilobytes. */
const MAX_LENGTH = 256 * 1024;

/** A type of SQL, perhaps qualified, with arguments; nothing that could end the cast it stands in. */
const SQL_TYPE = /^[\p{L}_"][\p{L}\p{N}_ ."]*(?:\(\s*\d+\s*(?:,\s*\d+\s*)?\))?[\p{L}\p{N}_ ]*(?:\[\])?$/u;

const KEYS = ['facts', 'sql_types'];

/**
 * The bindings in a YAML text (api reference, 6.3). Keys of other tools are left alone, and so are bindings that no policy
 * uses. Throws REQUEST_INVALID naming the entry, its line and what is wrong.
 */
export function parseDataBindings(text: string): DataBindings {
  if (text.length > MAX_LENGTH) throw new OsoError('REQUEST_INVALID', 'the data bindings are longer than 256 KiB');
  const yaml = new YamlText(text, 'data bindings');
  const root = yaml.entriesOf(yaml.root);
  if (root === undefined) throw yaml.faultAt(yaml.root, 'the text must be a map with the key `facts`');
  for (const { key, keyNode } of root) {
    const meant = didYouMean(key, KEYS);
    if (meant !== undefined) throw yaml.faultAt(keyNode, `unknown key ${quote(key)}: did you mean \`${meant}\`?`);
  }
  const facts = root.find(({ key }) => key === 'facts');
  if (facts === undefined) throw yaml.faultAt(yaml.root, 'the key `facts` is missing');
  const check = onceForEach(checkQuery);
  return {
    bindings: entriesUnder(yaml, facts).map((entry, number) => readBinding({ yaml, check }, entry, number)),
    sqlTypes: readSqlTypes(
      yaml,
      root.find(({ key }) => key === 'sql_types'),
    ),
  };
}

/** A missing value is an empty map. */
function entriesUnder(yaml: YamlText, { key, keyNode, value }: YamlEntry): readonly YamlEntry[] {
  if (isNothing(value)) return [];
  const entries = yaml.entriesOf(value);
  if (entries === undefined) throw yaml.faultAt(value ?? keyNode, `\`${key}\` must be a map`);
  return entries;
}

/** Aliases may give thousands of bindings one long query. */
function onceForEach(check: (query: string) => CheckedQuery): (query: string) => CheckedQuery {
  const known = new Map<string, CheckedQuery>();
  return (query) => {
    const checked = known.get(query) ?? check(query);
    known.set(query, checked);
    return checked;
  };
}

interface Reading {
  readonly yaml: YamlText;
  readonly check: (query: string) => CheckedQuery;
}

function readBinding({ yaml, check }: Reading, entry: YamlEntry, number: number): Binding {
  const { key: signature, keyNode, value } = entry;
  const fault = (node: YamlEntry['value'], message: string) => yaml.faultAt(node, `${quote(signature)}: ${message}`);
  const parsed = parseSignature(signature);
  if (parsed.kind === 'fault') throw fault(keyNode, parsed.message);
  const keys = yaml.entriesOf(value);
  const found = keys?.find(({ key }) => key === 'query');
  const query = textOfNode(found?.value);
  if (query === undefined)
    throw fault(keyNode, `it must have a \`query\`, the text of a SELECT${insteadOf(keys ?? [])}`);
  const torn = keys?.find((other) => other.value === undefined);
  if (torn !== undefined) {
    throw fault(torn.keyNode, `nothing stands at ${quote(torn.key)}: within \`{ }\` a query with a comma needs quotes`);
  }
  const checked = check(query.trim());
  if (checked.kind === 'fault') throw fault(found?.value, checked.message);
  const wanted = parsed.args.filter(({ kind }) => kind === 'column').length;
  const { columns } = checked;
  if (wanted > 0 && columns !== undefined && columns !== wanted) {
    const gives = `${columns} ${columns === 1 ? 'column' : 'columns'}`;
    throw fault(found?.value, `the query gives ${gives}, the signature has ${wanted} \`_\``);
  }
  return { kind: 'query', number, predicate: parsed.predicate, args: parsed.args, query: checked.text, signature };
}

function insteadOf(keys: readonly YamlEntry[]): string {
  const [other] = keys.filter(({ key }) => key !== 'query');
  return other === undefined ? '' : `; it has ${quote(other.key)}`;
}

function readSqlTypes(yaml: YamlText, entry: YamlEntry | undefined): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  if (entry === undefined) return types;
  for (const { key, keyNode, value } of entriesUnder(yaml, entry)) {
    const text = textOfNode(value)?.trim() ?? '';
    if (/[\s(,]|(?<!:):(?!:)/u.test(key))
      throw yaml.faultAt(keyNode, `\`sql_types\`: ${quote(key)} is not the name of a type alone`);
    if (!SQL_TYPE.test(text)) throw yaml.faultAt(keyNode, `\`sql_types\`: ${quote(key)} must name a type of SQL`);
    types.set(key, text);
  }
  return types;
}
