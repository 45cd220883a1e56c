import { compareStrings } from '../../facts/compare-strings.ts';
import type { Drawn } from '../draw-on-data.ts';
import { type PageScope, printPageToken, readPaging } from '../wire/paging.ts';
import { readList } from '../wire/questions.ts';

/** POST /list. Without paging keys in the request: everything, and no `next_page_token` (api reference, 4.2). */
export function answerList(body: unknown, { serving, context }: Drawn): string {
  const asked = readList(body);
  const scope: PageScope = { snapshotId: serving.snapshotId, asked };
  const paging = readPaging(body, scope);
  const ids = serving.engine.list(asked.question, context(asked.contextFacts));
  if (paging === undefined) return JSON.stringify({ results: ids });
  const { pageSize, after } = paging;
  const start = after === undefined ? 0 : positionAfter(ids, after);
  const results = ids.slice(start, start + pageSize);
  const last = results.at(-1);
  const isLastPage = last === undefined || start + pageSize >= ids.length;
  const token = isLastPage ? null : printPageToken({ pageSize, after: last }, scope);
  return JSON.stringify({ results, next_page_token: token });
}

/** Of the first id behind `after`, which itself may be gone: what is allowed can depend on the time. */
function positionAfter(ids: readonly string[], after: string): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareStrings(ids[middle] as string, after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
