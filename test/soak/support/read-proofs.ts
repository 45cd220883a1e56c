import { existsSync, readFileSync } from 'node:fs';

/** A row of a table in a page of docs/, whose cells name tests in backticks: file below `test/`, colon, title. A case written as data is a file too. */
export interface Row {
  readonly cells: readonly string[];
  readonly proofs: readonly { readonly file: string; readonly title: string }[];
}

/** The rows of all tables of a page, without heads. */
export function readRows(page: string): readonly Row[] {
  const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  return text.split('\n').flatMap((line, number, lines) => {
    if (!line.startsWith('| ') || line.startsWith('| -') || lines[number + 1]?.startsWith('| -')) return [];
    const named = line.matchAll(/`([\w/-]+\.(?:test\.ts|yaml|txt|polar)): ([^`]+)`/gu);
    const proofs = [...named].map(([, file = '', title = '']) => ({ file, title }));
    return [{ cells: line.slice(2, -2).split(' | '), proofs }];
  });
}

/** Tests that are named and not there. */
export function missingProofs(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ cells: [name], proofs }) =>
    proofs.filter(({ file, title }) => !hasTest(file, title)).map(({ file, title }) => `${name}: ${file}: ${title}`),
  );
}

function hasTest(file: string, title: string): boolean {
  const path = new URL(`../../${file}`, import.meta.url);
  if (!existsSync(path)) return false;
  const text = readFileSync(path, 'utf8');
  if (!file.endsWith('.ts')) return text.includes(title);
  // Whole titles: a part of one may stand in others. A backtick of its own ends what can be named.
  const starts = ["'", '"', '`', '` '];
  const ends = ["'", '"', '`', ' `'];
  return starts.some((start) => ends.some((end) => text.includes(`${start}${title}${end}`)));
}
