import type { SqlDialect } from '../../config/sql-dialect.ts';
import type { Fact } from '../../facts/fact.ts';
import type { DataBindings } from '../../local-sql/binding.ts';
import { actionsSql, authorizeSql, filterSql, listSql, selectSql } from '../../local-sql/local-questions.ts';
import { rememberBindings } from '../../local-sql/remember-bindings.ts';
import type { LocalData } from '../../local-sql/solve-question.ts';
import { type DataAccess, type Drawn, drawOnData } from '../draw-on-data.ts';
import type { Route } from '../route.ts';
import { readActionsQuery, readAuthorizeQuery, readListQuery, readLocalQuery } from '../wire/local-query.ts';

export interface LocalSqlOptions extends DataAccess {
  /** The database that the SQL is for. */
  readonly sqlDialect?: SqlDialect | undefined;
}

/** What came with a question. */
interface Sent {
  readonly contextFacts: readonly Fact[];
  readonly dataBindings: string;
}

/** Body in, SQL out. `open` gives what the question is asked of. */
type WriteSql = (body: unknown, open: (sent: Sent) => LocalData) => string;

const QUESTIONS: readonly (readonly [path: string, write: WriteSql])[] = [
  ['/api/authorize_query', writeAuthorize],
  ['/api/list_query', writeList],
  ['/api/actions_query', writeActions],
  ['/api/evaluate_query_local', writeEvaluate],
];

/** Questions that are answered by SQL for the application's own database (api reference, 6). */
export function localSqlRoutes(options: LocalSqlOptions): readonly Route[] {
  const parse = rememberBindings();
  const { sqlDialect: dialect = 'postgresql' } = options;
  return QUESTIONS.map(([path, write]) => ({
    method: 'POST',
    path,
    access: 'api',
    body: 'json',
    answer(call) {
      const body = drawOnData(options, call, (drawn) => {
        const sql = write(call.body, (sent) => openContext(drawn, sent, { parse, dialect }));
        return JSON.stringify({ sql });
      });
      return { status: 200, body };
    },
  }));
}

function openContext(
  { serving, context }: Drawn,
  { contextFacts, dataBindings }: Sent,
  { parse, dialect }: { parse(text: string): DataBindings; readonly dialect: SqlDialect },
): LocalData {
  return {
    program: serving.program,
    goals: serving.engine.goals(context(contextFacts)),
    data: parse(dataBindings),
    dialect,
  };
}

function writeAuthorize(body: unknown, open: (sent: Sent) => LocalData): string {
  const asked = readAuthorizeQuery(body);
  return authorizeSql(asked.question, open(asked));
}

function writeList(body: unknown, open: (sent: Sent) => LocalData): string {
  const asked = readListQuery(body);
  return listSql(asked.question, asked.column, open(asked));
}

function writeActions(body: unknown, open: (sent: Sent) => LocalData): string {
  const asked = readActionsQuery(body);
  return actionsSql(asked.question, open(asked));
}

function writeEvaluate(body: unknown, open: (sent: Sent) => LocalData): string {
  const asked = readLocalQuery(body);
  const context = open(asked);
  return asked.mode.kind === 'filter'
    ? filterSql(asked.question, asked.mode, context)
    : selectSql(asked.question, asked.mode.columns, context);
}
