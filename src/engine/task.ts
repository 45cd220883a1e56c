import type { RowScan } from './row-scan.ts';
import type { Consumer, Suspended, Table } from './table.ts';

/** One piece of work. The youngest is done first, so that a ground goal finds its first proof early. */
export type Task =
  | ({ readonly kind: 'body' } & Suspended)
  /** A body that goes on once for every row of a stored relation. */
  | ({ readonly kind: 'scan'; readonly scan: RowScan } & Suspended)
  /** Rows of a stored relation that are answers. */
  | { readonly kind: 'load'; readonly table: Table; readonly scan: RowScan }
  | { readonly kind: 'rules'; readonly table: Table; next: number }
  | Consumer;
