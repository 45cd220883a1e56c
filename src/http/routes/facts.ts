import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { OsoError } from '../../errors/oso-error.ts';
import { type DataAccess, pinData } from '../draw-on-data.ts';
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
  return {
    method: 'GET',
    path: '/api/facts',
    access: 'api',
    body: 'none',
    answer: (call) => listFacts(options, call),
  };
}

function listFacts(options: FactsRouteOptions, call: Call): Answer {
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
  const body = Readable.from(inTurns(first.value, pieces, call));
  body.once('close', () => pinned.release());
  return { status: 200, body };
}

/** One turn of the event loop for each piece: a fast reader of a long listing must not hold up everybody else. */
async function* inTurns(first: string, rest: Iterator<string, string>, call: Call): AsyncGenerator<string> {
  yield first;
  for (let isLast = false; !isLast; ) {
    await setImmediate();
    const { value, done = false } = nextOf(rest, (error) => call.broke(error));
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
