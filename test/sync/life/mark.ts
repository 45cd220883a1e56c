import { type Content, isSame, TENANT } from './content.ts';
import type { OnDisk } from './look-at-disk.ts';

/** The newest data that the directory ever had. */
export interface Mark {
  readonly tenant: string;
  readonly takenAtMs: number;
  readonly content: Content;
}

/** Data at the door. */
export type Incoming = Mark;

export type Verdict = 'taken' | 'GUARD_ENVIRONMENT' | 'GUARD_OLDER' | 'unknown';

const secondOf = (ms: number) => Math.floor(ms / 1_000);

/** What becomes of data at the door; `unknown` is a mark that a fault may have changed. */
export function judge(
  mark: Mark | null | 'unknown',
  incoming: Incoming,
  { allowOlder, allowEnvironment = false }: { readonly allowOlder: boolean; readonly allowEnvironment?: boolean },
): Verdict {
  if (incoming.tenant !== TENANT && !allowEnvironment) return 'GUARD_ENVIRONMENT';
  if (allowOlder || mark === null) return 'taken';
  if (mark === 'unknown') return 'unknown';
  if (mark.tenant !== incoming.tenant || isSame(mark.content, incoming.content)) return 'taken';
  if (mark.takenAtMs === incoming.takenAtMs) return 'GUARD_OLDER';
  return secondOf(incoming.takenAtMs) >= secondOf(mark.takenAtMs) ? 'taken' : 'GUARD_OLDER';
}

/** Nothing on disk is newer than the mark; it belongs to whom the directory belongs to. */
export function raised(mark: Mark | null | 'unknown', disk: readonly OnDisk[]): Mark | null | 'unknown' {
  if (mark === 'unknown') return mark;
  let highest = mark;
  for (const { isAside, content, tenant, takenAtMs } of disk) {
    if (isAside || content === undefined || tenant === undefined) continue;
    if (highest !== null && highest.tenant !== tenant) continue;
    if (highest === null || takenAtMs > highest.takenAtMs) highest = { tenant, takenAtMs, content };
  }
  return highest;
}
