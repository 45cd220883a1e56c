/** The query without what may follow it, and how many columns it gives; undefined where its text alone does not say. */
export type CheckedQuery =
  | { readonly kind: 'query'; readonly text: string; readonly columns: number | undefined }
  | { readonly kind: 'fault'; readonly message: string };

interface Token {
  readonly text: string;
  readonly start: number;
}

/**
 * Quoted texts, comments, brackets, separators, bind parameters and words, with the dot before them. What does not end
 * goes to the end.
 */
const TOKEN =
  /'(?:[^']|'')*'?|"(?:[^"]|"")*"?|`[^`]*`?|\$([A-Za-z_]*)\$[\s\S]*?(?:\$\1\$|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$\d+|[()[\],;*]|(?:\.\s*)?[\p{L}_][\p{L}\p{N}_$]*/gu;

/** Where MySQL escapes quotes and begins comments as nobody else does, the text does not say where a token ends. */
const AMBIGUOUS = /\\['"]|#/u;

const BEGINNING = /^(?:select\b|with\b|values\b|table\b|\()/iu;

const LEADING = /^(?:\s|--[^\n]*|\/\*[\s\S]*?\*\/)+/u;

/** Looks at the SELECT of a binding as far as databases agree on its text. */
export function checkQuery(query: string): CheckedQuery {
  const [first = ''] = query.replace(LEADING, '').split(/[\s;]/u, 1);
  if (first === '') return fault('the query is empty');
  if (!BEGINNING.test(first)) return fault(`the query must be a SELECT, not \`${first.slice(0, 30)}\``);
  if (query.includes('\0')) return fault('the query holds a NUL character');
  if (AMBIGUOUS.test(query)) return { kind: 'query', text: withoutEnd(query), columns: undefined };
  const all = Array.from(query.matchAll(TOKEN), ({ 0: text, index: start }): Token => ({ text, start }));
  const tokens = all.filter(({ text }) => !/^(?:--|\/\*)/u.test(text));
  const end = tokens.find(({ text }) => text === ';')?.start ?? query.length;
  const inside = tokens.filter(({ start }) => start < end);
  const message = faultIn(all, tokens, inside);
  if (message !== undefined) return fault(message);
  const columns = countColumns(inside.map(({ text }) => text.toUpperCase()));
  return { kind: 'query', text: query.slice(0, end).trimEnd(), columns };
}

/** Without a pattern: one that looks for blanks before the end tries again from each blank that is followed by something else. */
function withoutEnd(query: string): string {
  const text = query.trimEnd();
  return text.endsWith(';') ? text.slice(0, -1).trimEnd() : text;
}

function fault(message: string): CheckedQuery {
  return { kind: 'fault', message };
}

function faultIn(all: readonly Token[], tokens: readonly Token[], inside: readonly Token[]): string | undefined {
  const comment = all.find(({ text }) => text.startsWith('/*') && !/\*\/$/u.test(text.slice(2)));
  if (comment !== undefined) return `a comment in the query does not end: \`${comment.text.slice(0, 30)}\``;
  const open = inside.find(({ text }) => /^['"`]/u.test(text) && text.split(text.charAt(0)).length % 2 === 0);
  if (open !== undefined) return `a text in the query does not end: \`${open.text.slice(0, 30)}\``;
  if (tokens.slice(inside.length).some(({ text }) => text !== ';')) return 'the query has more than one statement';
  const parameter = inside.find(({ text }) => /^\$\d/u.test(text));
  if (parameter !== undefined) return `nothing gives the parameter \`${parameter.text}\` of the query a value`;
  const depths = depthsOf(inside.map(({ text }) => text));
  if (depths.some((depth) => depth < 0)) return 'the query has a `)` too many';
  return (depths.at(-1) ?? 0) > 0 ? 'the query has a `(` too many' : undefined;
}

/** How many brackets are open after each token. */
function depthsOf(tokens: readonly string[]): readonly number[] {
  let depth = 0;
  return tokens.map((token) => {
    if (token === '(' || token === '[') depth += 1;
    if (token === ')' || token === ']') depth -= 1;
    return depth;
  });
}

/** What can follow the list of columns. Behind a dot or `AS` it is a name like any other. */
const ENDS = new Set(['FROM', 'WHERE', 'UNION', 'EXCEPT', 'INTERSECT', 'ORDER', 'LIMIT', 'GROUP', 'WINDOW']);
/** `a IS DISTINCT FROM b`, `WITHIN GROUP (…)`, `a AS group`. */
const GOES_ON = new Set(['DISTINCT', 'WITHIN', 'AS']);

function countColumns(tokens: readonly string[]): number | undefined {
  if (tokens[0] !== 'SELECT') return undefined;
  const depths = depthsOf(tokens);
  let count = 1;
  for (const [number, token] of tokens.entries()) {
    if (depths[number] !== 0) continue;
    if (token === '*') return undefined;
    if (ENDS.has(token) && !GOES_ON.has(tokens[number - 1] ?? '')) break;
    if (token === ',') count += 1;
  }
  return count;
}
