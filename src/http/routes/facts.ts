import { Readable } from 'node:stream';
import { OsoError } from '../../errors/oso-error.ts';
import { type DataAccess, pinData } from '../draw-on-data.ts';
import { OneATurn } from '../one-a-turn.ts';
import { printFacts } from '../print-facts.ts';
import type { Answer, Call, Route } from '../route.ts';
import { readFactsFilter } from '../wire/facts-filter.ts';

export interface FactsRouteOptions extends DataAccess {
  /**
   * Refuse a listing without any parameter to the Node.js SDK: on its way to a fallback it drops the query string, so
   * the application would get facts that it did not ask for (api reference, 4.9).
   */
  readonly guardUnfiltered: boolean;
}

/** GET /facts: stored facts, never derived ones; one piece of text in memory at a time. */
export function factsRoute(options: FactsRouteOptions): Route {
  const turns = new OneATurn();
  return {
    method: 'GET',
    path: '/api/facts',
    access: 'api',
    body: 'none',
    answer: (call) => listFacts(options, turns, call),
  };
}

function listFacts(options: FactsRouteOptions, turns: OneATurn, call: Call): Answer {
  if (options.guardUnfiltered && call.query === '' && call.userAgent.startsWith('Oso Cloud (nodejs')) {
    throw new OsoError(
      'REQUEST_INVALID',
      'GET /facts without parameters: the Node.js SDK drops the query string when it asks a fallback, ' +
        'so the facts asked for are not known here',
    );
  }
  const filter = readFactsFilter(call.query);
  const pinned = pinData(options, call);
  const pieces = printFacts(pinned.serving.facts, filter);
  const first = nextOf(pieces, () => pinned.release());
  if (first.done) {
    pinned.release();
    return { status: 200, body: first.value };
  }
  const next = () => nextOf(pieces, (error) => call.broke(error));
  const body = Readable.from(inTurns(first.value, next, turns));
  body.once('close', () => pinned.release());
  return { status: 200, body };
}

/** A turn of the event loop for each piece, of all listings: fast readers of long ones must not hold up everybody else. */
async function* inTurns(
  first: string,
  rest: () => IteratorResult<string, string>,
  turns: OneATurn,
): AsyncGenerator<string> {
  yield first;
  for (let isLast = false; !isLast; ) {
    await turns.wait();
    const { value, done = false } = rest();
    yield value;
    isLast = done;
  }
}

/** `onFailure` is told of data that cannot be read, before that is thrown. */
function nextOf(pieces: Iterator<string, string>, onFailure: (error: unknown) => void): IteratorResult<string, string> {
  try {
    return pieces.next();
  } catch (error) {
    onFailure(error);
    throw error;
  }
}
