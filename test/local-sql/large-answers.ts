import type { SqlDialect } from '../../src/config/sql-dialect.ts';
import { listSql } from '../../src/local-sql/local-questions.ts';
import { localData } from './local-data.ts';

export const LARGE_POLICY = `
actor User {}
resource Folder { roles = ["viewer"]; }
resource Document {
  permissions = ["read", "share"];
  relations = { owner: User, folder: Folder };
  "read" if "owner";
  "read" if "viewer" on "folder";
}
has_permission(_: User, "share", document: Document) if is_public(document, true);
has_permission(user: User, "read", document: Document) if has_grant(user, document) and not is_locked(document);
`;

const GRANTS = 3_000;

/**
 * A list of documents that central facts grant one by one and rows of a table may lock: those of folders below 11. The
 * document of number n is in folder n / 100.
 */
export function lockedDocuments(
  dialect: SqlDialect,
  { column, table, types }: { readonly column: string; readonly table: string; readonly types: string },
): { readonly sql: string; readonly count: number } {
  const facts = Array.from({ length: GRANTS }, (_, n) => `has_grant User:ann Document:${n + 1}`);
  const bindings = `facts:\n  is_locked(Document:_): { query: SELECT id FROM ${table} WHERE folder < 11 }\n${types}`;
  const sql = listSql(
    { actor: { type: 'User', id: 'ann' }, action: 'read', resourceType: 'Document' },
    column,
    localData(LARGE_POLICY, facts, bindings, dialect),
  );
  return { sql, count: GRANTS - 1_099 };
}
