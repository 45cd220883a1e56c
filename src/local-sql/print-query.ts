import type { Answer, AnswerTerm } from './answer.ts';
import { boundColumn } from './constant-rows.ts';
import {
  type BranchContext,
  idColumnOf,
  type NamedQueries,
  printColumn,
  printSource,
  type RowNames,
} from './print-branch.ts';
import { idColumn, isComparedAsText, printKey, textOf } from './print-comparison.ts';
import { printRows } from './print-rows.ts';
import type { Atom } from './residual.ts';
import { printText } from './sql-text.ts';
import { printNothing, printValue, type SqlValues } from './sql-value.ts';
import { tabulateAnswers } from './tabulate-answers.ts';
import { textsBeside } from './texts-beside.ts';

/** How the outputs of a query are written. */
export interface OutputStyle {
  /** The type that the ids of each output have. */
  readonly types: readonly string[];
  /** Quoted names of the columns of the result; none: whatever they are called. */
  readonly names?: readonly string[] | undefined;
  /** Positions of the outputs that are given as texts. */
  readonly texts?: ReadonlySet<number> | undefined;
  /** The type of all outputs, whatever the columns are. */
  readonly castTo?: string | undefined;
  /** Instead of NULL, for an output that every value satisfies. */
  readonly wildcard?: string | undefined;
  /** The outputs are rows of a result: distinct, and without those that have NULL, which are no facts. */
  readonly isRows: boolean;
}

/** A complete query: the distinct outputs of all branches. There must be one. */
export function printUnion(answers: readonly Answer[], values: SqlValues, style: OutputStyle): string {
  // Columns first: a plain literal takes the type of the column that it is united with.
  const weight = ({ terms }: Answer) => terms.filter(({ kind }) => kind === 'column').length;
  const ordered = [...tabulateAnswers(answers, values)].sort((a, b) => weight(b) - weight(a));
  return printStatement(values, (queries) => {
    const printer: UnionPrinter = { queries, values, style };
    const isOne = style.isRows && ordered.length === 1 && ordered[0]?.residual.atoms.length === 0;
    const isGrouped = values.dialect === 'mysql' && !isOne;
    return isGrouped ? printGrouped(ordered, printer) : printDistinct(ordered, printer);
  });
}

/** A complete query of one row: whether some branch has a solution. */
export function printExistence(answers: readonly Answer[], values: SqlValues, name: string): string {
  return printStatement(values, (queries) => ` SELECT EXISTS (${printExists(answers, queries, values)}) AS ${name}`);
}

/** The inside of an EXISTS with what it takes to stand alone. */
export function printExistsQuery(answers: readonly Answer[], values: SqlValues): string {
  return printStatement(values, (queries) => ` ${printExists(answers, queries, values)}`);
}

function printExists(answers: readonly Answer[], queries: NamedQueries, values: SqlValues): string {
  return tabulateAnswers(
    answers.map(({ residual }) => ({ terms: [], residual })),
    values,
  )
    .map(({ residual }) => {
      const rows: RowNames = new Map();
      return `SELECT 1${printSource(residual, { queries, values, rows }, [])}`;
    })
    .join('\n UNION ALL ');
}

interface UnionPrinter {
  readonly queries: NamedQueries;
  readonly values: SqlValues;
  readonly style: OutputStyle;
}

function printDistinct(answers: readonly Answer[], printer: UnionPrinter): string {
  const { names, isRows } = printer.style;
  const [first] = answers;
  const isDistinct = isRows && answers.length === 1 && first !== undefined && first.residual.atoms.length > 0;
  const typing = printTypes(answers, printer);
  const branches = answers.map((answer) => printBranch(answer, printer));
  return [...(typing === undefined ? [] : [typing]), ...branches]
    .map(({ outputs, source }, number) => {
      const named = outputs.map((output, position) => {
        const name = number === 0 ? names?.[position] : undefined;
        return name === undefined ? output : `${output} AS ${name}`;
      });
      return ` SELECT ${isDistinct ? 'DISTINCT ' : ''}${named.join(', ')}${source}`;
    })
    .join('\n UNION');
}

/**
 * A branch without rows that has the types of all columns. PostgreSQL unites two branches at a time, and takes two plain
 * literals for text before it sees the column of a third; so it is needed where no branch begins with all columns.
 */
function printTypes(answers: readonly Answer[], { queries, values, style }: UnionPrinter): Branch | undefined {
  const [first] = answers;
  if (values.dialect !== 'postgresql' || first === undefined || style.castTo !== undefined) return undefined;
  const columns = first.terms.map((_, position) =>
    style.texts?.has(position) ? undefined : answers.flatMap(({ terms }) => boundColumn(terms[position]) ?? []).at(0),
  );
  if (columns.every((column, position) => column === undefined || first.terms[position]?.kind === 'column')) {
    return undefined;
  }
  const outputs = columns.map((column, position) =>
    column === undefined
      ? printNoOutput(position, style, values)
      : `(SELECT arg${column.position} FROM ${queries.nameOf(column.binding)} WHERE FALSE)`,
  );
  return { outputs, source: '\nWHERE FALSE' };
}

/**
 * For MySQL: rows are told apart by what tells ids apart, which DISTINCT does not, and a query looks into the union once,
 * where `IN` would do so for every row.
 */
function printGrouped(answers: readonly Answer[], printer: UnionPrinter): string {
  const { types, names, texts, isRows } = printer.style;
  const branches = answers.map((answer) => {
    const { outputs, source } = printBranch(answer, printer);
    return ` SELECT ${outputs.map((output, position) => `${output} AS out${position}`).join(', ')}${source}`;
  });
  const keys = types.flatMap((type, position) =>
    texts?.has(position)
      ? `out${position}`
      : printKey(idColumn(`out${position}`, type, printer.values), printer.values),
  );
  const outputs = isRows ? types.map((_, position) => `out${position} AS ${names?.[position] ?? ''}`) : keys;
  const group = isRows ? `\nGROUP BY ${keys.join(', ')}` : '';
  return ` SELECT ${outputs.join(', ')}\nFROM (\n${branches.join('\n UNION ALL')}\n) AS found${group}`;
}

interface Branch {
  readonly outputs: readonly string[];
  readonly source: string;
}

function printBranch({ terms, residual }: Answer, { queries, values, style }: UnionPrinter): Branch {
  const context: BranchContext = { queries, values, rows: new Map() };
  const used = style.isRows ? [] : terms.flatMap((term) => (term.kind === 'column' ? term : []));
  const source = printSource(residual, context, used);
  return { outputs: terms.map((term, position) => printOutput(term, position, { context, style })), source };
}

function printOutput(
  term: AnswerTerm,
  position: number,
  { context, style }: { readonly context: BranchContext; readonly style: OutputStyle },
): string {
  const { castTo, texts, wildcard } = style;
  const { values } = context;
  if (term.kind === 'free') return wildcard ?? printNoOutput(position, style, values);
  if (castTo === undefined && !texts?.has(position)) {
    return term.kind === 'column' ? printColumn(term, context) : printValue(term.value, values);
  }
  const column = term.kind === 'column' ? idColumnOf(term, context) : undefined;
  const text = term.kind === 'column' ? printColumn(term, context) : printText(term.value.id, values.dialect);
  return castTo === undefined ? (column?.text ?? textOf(text, values)) : `CAST(${text} AS ${castTo})`;
}

function printNoOutput(position: number, { texts, types }: OutputStyle, values: SqlValues): string {
  return texts?.has(position) ? textOf('NULL', values) : printNothing(types[position], values);
}

/** Named queries are `c0`, `c1` and so on, unless the customer's own SQL has such a name: it would speak of ours. */
function printStatement(values: SqlValues, printBody: (queries: NamedQueries) => string): string {
  for (let prefix = 'c'; ; prefix = `oso_${prefix}`) {
    const { sql, used } = printWithNames(prefix, values, printBody);
    const ours = new RegExp(`\\b${prefix.replace(/c$/, '[bc]')}\\d`, 'iu');
    if (!used.some((source) => source.kind === 'query' && ours.test(source.query))) return sql;
  }
}

function printWithNames(
  prefix: string,
  values: SqlValues,
  printBody: (queries: NamedQueries) => string,
): { readonly sql: string; readonly used: readonly Atom['source'][] } {
  const used: Atom['source'][] = [];
  // SQLite looks into a named query through an index only when it is used once.
  const isShared = values.dialect !== 'sqlite';
  const queries: NamedQueries = {
    nameOf(source) {
      const known = isShared ? used.indexOf(source) : -1;
      return `${prefix}${known === -1 ? used.push(source) - 1 : known}`;
    },
  };
  const body = printBody(queries);
  if (used.length === 0) return { sql: body.trimStart(), used };
  const heads: string[] = [];
  for (const [number, binding] of used.entries())
    heads.push(printNamedQuery(binding, `${prefix}${number}`, { values, queries }));
  const recursive = values.dialect === 'postgresql' ? ' RECURSIVE' : '';
  return { sql: `WITH${recursive}\n${heads.join(',\n')}\n${body}\n`, used };
}

function printNamedQuery(
  source: Atom['source'],
  name: string,
  { values, queries }: { readonly values: SqlValues; readonly queries: NamedQueries },
): string {
  const columns = source.args.flatMap(({ kind }, position) => (kind === 'column' ? [`arg${position}`] : []));
  const inlined = values.dialect === 'postgresql' ? ' AS NOT MATERIALIZED' : ' AS';
  const query = source.kind === 'list' ? printRows(source, values, queries) : source.query;
  if (columns.length === 0) {
    return `${name}(held)${inlined} (\nSELECT 1 FROM (SELECT 1 AS one) AS once WHERE EXISTS (\n${query}\n)\n)`;
  }
  const texts = values.dialect === 'mysql' ? textColumns(source, values) : [];
  const beside = source.kind === 'list' ? textsBeside(source, values).map((position) => `text${position}`) : [];
  if (texts.length === 0) return `${name}(${[...columns, ...beside].join(', ')})${inlined} (\n${query}\n)`;
  const raw = name.replace(/c(?=\d+$)/u, 'b');
  const all = [...columns, ...texts.map(({ sql }) => textOf(sql, values))];
  const names = [...columns, ...texts.map(({ text }) => text)];
  return `${raw}(${columns.join(', ')}) AS (\n${query}\n),\n${name}(${names.join(', ')}) AS (SELECT ${all.join(', ')} FROM ${raw})`;
}

/**
 * Columns whose ids are compared as texts too. MariaDB keeps the results of a subquery by the columns from outside that it
 * names, ids of the same collation together; so each text is a column that can be named.
 */
function textColumns(
  { args }: Atom['source'],
  values: SqlValues,
): readonly { readonly sql: string; readonly text: string }[] {
  return args.flatMap((arg, position) =>
    arg.kind === 'column' && isComparedAsText(arg.type, values)
      ? [{ sql: `arg${position}`, text: `text${position}` }]
      : [],
  );
}
