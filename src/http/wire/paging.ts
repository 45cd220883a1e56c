import { createHash } from 'node:crypto';
import type { ListQuestion } from '../../engine/engine.ts';
import { OsoError } from '../../errors/oso-error.ts';
import { isAbsent, readBodyRecord, readString } from './field.ts';
import type { Asked } from './questions.ts';

/** Where a page of ids starts, and how long it is. */
export interface PageRequest {
  readonly pageSize: number;
  /** Undefined on the first page, else the last id of the page before. */
  readonly after: string | undefined;
}

/** What a token is bound to: it means nothing to other data and to another question. */
export interface PageScope {
  readonly snapshotId: string;
  readonly asked: Asked<ListQuestion>;
}

/**
 * The paging keys of POST /list; undefined when the request has neither, so that the answer has no
 * `next_page_token` (api reference, 4.2). With a token its page size counts, whatever
 * comes beside it. Throws REQUEST_INVALID.
 */
export function readPaging(body: unknown, scope: PageScope): PageRequest | undefined {
  const record = readBodyRecord(body);
  const { page_size: size, page_token: token } = record;
  if (!isAbsent(token)) return readPageToken(readString(token, 'page_token'), scope);
  return isAbsent(size) ? undefined : { pageSize: readPageSize(size), after: undefined };
}

/** The token of the page that follows the id `after`. */
export function printPageToken({ pageSize, after }: PageRequest, scope: PageScope): string {
  const parts = [scope.snapshotId, digestQuestion(scope), pageSize, after];
  return Buffer.from(JSON.stringify(parts), 'utf8').toString('base64url');
}

function readPageToken(token: string, scope: PageScope): PageRequest {
  const parts = parseToken(token);
  const [snapshotId, question, pageSize, after] = parts;
  if (parts.length !== 4 || typeof pageSize !== 'number' || typeof after !== 'string') {
    throw new OsoError('REQUEST_INVALID', '`page_token` is not a token of this server');
  }
  if (snapshotId !== scope.snapshotId) {
    throw new OsoError(
      'REQUEST_INVALID',
      '`page_token` belongs to data that are no longer served: list from the start',
    );
  }
  if (question !== digestQuestion(scope)) {
    throw new OsoError('REQUEST_INVALID', '`page_token` belongs to another question');
  }
  return { pageSize: readPageSize(pageSize), after };
}

function parseToken(token: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function readPageSize(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new OsoError('REQUEST_INVALID', '`page_size` must be an integer of at least 1');
}

function digestQuestion({ asked }: PageScope): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, 16);
}
