export const SQL_DIALECTS = ['postgresql', 'mysql', 'sqlite'] as const;

/** MariaDB is `mysql`. */
export type SqlDialect = (typeof SQL_DIALECTS)[number];
