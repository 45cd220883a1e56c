import { OsoError } from '../../errors/oso-error.ts';
import type { Answer, Call, Route } from '../route.ts';
import { readQueryString } from '../wire/query-string.ts';

/** What an operator may ask of a running node. The node's own API token is asked for. */
export interface AdminActions {
  /** `queued`: right after the one that is running. `waiting`: there are no data to speak of yet. `stopping`: the node is. */
  syncNow(): SyncNow | Promise<SyncNow>;
  /** Serves this generation, or the one before the current one, until `unpin`; returns its id. */
  pin(generation: string | undefined): Promise<string>;
  /** Returns the id of what was pinned. */
  unpin(): Promise<string | null>;
}

export type SyncNow = 'started' | 'queued' | 'offline' | 'waiting' | 'stopping';

const ROLLBACK_TAKES = '`/-/rollback` takes `?generation=ID`, or nothing for the generation before the current one';

/** POST /-/sync, /-/rollback?generation=ID and /-/unpin. */
export function adminRoutes(actions: AdminActions): readonly Route[] {
  return [
    admin('/-/sync', async () => answerSync(await actions.syncNow())),
    admin('/-/rollback', async ({ query }) => {
      const generation = readQueryString(query, /^generation$/u).get('generation');
      // Misspelt, or `?generation=$ID` where there is no ID: another generation than the one that was meant.
      if (generation === undefined && query !== '') throw new OsoError('REQUEST_INVALID', ROLLBACK_TAKES);
      return await reported(async () => ({ pinned: await actions.pin(generation) }));
    }),
    admin('/-/unpin', async () => await reported(async () => ({ unpinned: await actions.unpin() }))),
  ];
}

function answerSync(outcome: SyncNow): Answer {
  switch (outcome) {
    case 'started':
    case 'queued':
      return { status: 202, body: JSON.stringify({ sync: outcome }) };
    case 'offline':
      return refusal(409, 'the node is offline: it has no control plane to ask');
    case 'stopping':
      return refusal(503, 'the node is shutting down');
    case 'waiting':
      return { ...refusal(503, 'the node is starting'), headers: ['Retry-After', '1'] };
  }
}

/** An operator is told what a client is not: trouble with the disk, for one. */
async function reported(act: () => Promise<unknown>): Promise<Answer> {
  try {
    return { status: 200, body: JSON.stringify(await act()) };
  } catch (error) {
    if (!(error instanceof OsoError)) throw error;
    return refusal(error.code === 'GENERATION_NOT_FOUND' ? 404 : 409, `${error.code}: ${error.message}`);
  }
}

function refusal(status: number, message: string): Answer {
  return { status, body: JSON.stringify({ message }) };
}

function admin(path: string, answer: (call: Call) => Answer | Promise<Answer>): Route {
  return { method: 'POST', path, access: 'admin', body: 'none', answer };
}
