import type { Answer, AnswerTerm } from './answer.ts';
import { type BranchContext, type NamedQueries, printColumn, printSource, type RowNames } from './print-branch.ts';
import { printRows } from './print-rows.ts';
import type { Atom } from './residual.ts';
import { printNothing, printText, printValue, type SqlValues } from './sql-value.ts';

/** How the outputs of a query are written. */
export interface OutputStyle {
  /** Quoted names of the columns of the result; none: whatever they are called. */
  readonly names: readonly string[] | undefined;
  /** The type of all outputs, whatever the columns are. */
  readonly castTo?: string | undefined;
  /** Instead of NULL, for an output that every value satisfies. */
  readonly wildcard?: string | undefined;
  /** The outputs are rows of a result: distinct, and without those that have NULL, which are no facts. */
  readonly isRows: boolean;
}

/** A complete query: the distinct outputs of all branches. There must be one. */
export function printUnion(answers: readonly Answer[], values: SqlValues, style: OutputStyle): string {
  return printStatement(values, (queries) => printBranches(answers, { queries, values, style }));
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
  return answers
    .map(({ residual }) => {
      const rows: RowNames = new Map();
      return `SELECT 1${printSource(residual, { queries, values, rows }, [])}`;
    })
    .join('\n UNION ALL ');
}

function printBranches(
  answers: readonly Answer[],
  {
    queries,
    values,
    style,
  }: { readonly queries: NamedQueries; readonly values: SqlValues; readonly style: OutputStyle },
): string {
  // Columns first: a plain literal takes the type of the column that it is united with.
  const weight = ({ terms }: Answer) => terms.filter(({ kind }) => kind === 'column').length;
  const ordered = [...answers].sort((a, b) => weight(b) - weight(a));
  return ordered
    .map(({ terms, residual }, number) => {
      const context: BranchContext = { queries, values, rows: new Map() };
      const used = style.isRows ? [] : terms.flatMap((term) => (term.kind === 'column' ? term : []));
      const source = printSource(residual, context, used);
      const outputs = terms.map((term, position) => {
        const name = number === 0 ? style.names?.[position] : undefined;
        const output = printOutput(term, context, style);
        return name === undefined ? output : `${output} AS ${name}`;
      });
      const distinct = style.isRows && ordered.length === 1 && residual.atoms.length > 0 ? 'DISTINCT ' : '';
      return ` SELECT ${distinct}${outputs.join(', ')}${source}`;
    })
    .join('\n UNION');
}

function printOutput(term: AnswerTerm, context: BranchContext, { castTo, wildcard }: OutputStyle): string {
  if (term.kind === 'free') return wildcard ?? printNothing(onlyType(term), context.values);
  if (castTo === undefined) {
    return term.kind === 'column' ? printColumn(term, context) : printValue(term.value, context.values);
  }
  const text = term.kind === 'column' ? printColumn(term, context) : printText(term.value.id, context.values.dialect);
  return `CAST(${text} AS ${castTo})`;
}

function onlyType({ types }: Extract<AnswerTerm, { kind: 'free' }>): string | undefined {
  const [type] = types.kind === 'some' && types.types.size === 1 ? types.types : [];
  return type;
}

function printStatement(values: SqlValues, printBody: (queries: NamedQueries) => string): string {
  const used: Atom['source'][] = [];
  const body = printBody({
    nameOf(source) {
      const known = used.indexOf(source);
      return `c${known === -1 ? used.push(source) - 1 : known}`;
    },
  });
  if (used.length === 0) return body.trimStart();
  const heads = used.map((source, number) => printNamedQuery(source, `c${number}`, values));
  const recursive = values.dialect === 'postgresql' ? ' RECURSIVE' : '';
  return `WITH${recursive}\n${heads.join(',\n')}\n${body}\n`;
}

function printNamedQuery(source: Atom['source'], name: string, values: SqlValues): string {
  const { args } = source;
  const { dialect } = values;
  const query = source.kind === 'list' ? printRows(source, values) : source.query;
  const columns = args.flatMap(({ kind }, position) => (kind === 'column' ? [`arg${position}`] : []));
  const inlined = dialect === 'postgresql' ? ' AS NOT MATERIALIZED' : ' AS';
  if (columns.length === 0) return `${name}(held)${inlined} (\nSELECT 1 FROM (\n${query}\n) AS held\n)`;
  return `${name}(${columns.join(', ')})${inlined} (\n${query}\n)`;
}
