/** Pieces of SQL that matter for counting: quoted texts, comments, brackets, commas, words and stars. */
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\/|[(),;*]|[A-Za-z_][\w$]*/gu;

/** How many columns a SELECT gives; undefined where its text alone does not say. */
export function countColumns(query: string): number | undefined {
  const tokens = [...query.matchAll(TOKEN)].flatMap(([token]) =>
    token.startsWith('--') || token.startsWith('/*') ? [] : token.toUpperCase(),
  );
  if (tokens[0] !== 'SELECT') return undefined;
  let depth = 0;
  let count = 1;
  for (const token of tokens.slice(1)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth > 0) continue;
    if (token === '*') return undefined;
    if (ENDS.has(token)) break;
    if (token === ',') count += 1;
  }
  return count;
}

/** What can follow the list of columns. */
const ENDS = new Set(['FROM', 'WHERE', 'UNION', 'EXCEPT', 'INTERSECT', 'ORDER', 'LIMIT', 'GROUP', 'WINDOW']);
