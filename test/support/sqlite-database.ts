import initSqlJs from 'sql.js';

export interface SqliteDatabase {
  run(sql: string): void;
  rowsOf(sql: string): readonly (readonly unknown[])[];
  /** Table and access path of every step of the plan. */
  planOf(sql: string): string;
}

/** A real SQLite database, in memory. */
export async function openSqlite(): Promise<SqliteDatabase> {
  const database = new (await initSqlJs()).Database();
  const rowsOf = (sql: string) => database.exec(sql)[0]?.values ?? [];
  return {
    run: (sql) => void database.run(sql),
    rowsOf,
    planOf: (sql) =>
      rowsOf(`EXPLAIN QUERY PLAN ${sql}`)
        .map((row) => row[3])
        .join('\n'),
  };
}
