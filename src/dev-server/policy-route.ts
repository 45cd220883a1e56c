import { renderMessage } from '../errors/oso-error.ts';
import type { Answer, Call, Route } from '../http/route.ts';
import { isAbsent, readBodyRecord, readString } from '../http/wire/field.ts';
import { readQueryString } from '../http/wire/query-string.ts';
import type { Clock } from '../util/clock.ts';
import type { Environments } from './environments.ts';
import { printPolicyErrors, printTestFailures, type SaveOutcome, savePolicy } from './save-policy.ts';
import { changed } from './write-routes.ts';

export interface PolicyRouteOptions {
  readonly environments: Environments;
  readonly clock: Clock;
  readonly maxBodyBytes: number;
}

/** POST /policy: validated and tested before it counts (api reference, 4.13 and 4.15). */
export function policyRoute(options: PolicyRouteOptions): Route {
  const { maxBodyBytes } = options;
  return {
    method: 'POST',
    path: '/api/policy',
    access: 'api',
    body: 'json',
    maxBodyBytes,
    errorType: 'Generic',
    answer: (call) => postPolicy(options, call),
  };
}

function postPolicy({ environments, clock }: PolicyRouteOptions, call: Call): Answer {
  const force = readQueryString(call.query, /^force$/u).get('force') === 'true';
  const environment = environments.of(call.apiKey);
  const { filename, text } = readPolicy(call.body);
  const source = { name: filename ?? UNNAMED, text };
  const outcome = savePolicy(environment, [source], { clock, force, filename });
  switch (outcome.kind) {
    case 'saved':
      return changed(environment, { message: 'the policy is saved' });
    case 'unchanged':
      return changed(environment, { message: 'the policy is the same as before' }, 202);
    default:
      return { status: 400, body: JSON.stringify(refusal(outcome)) };
  }
}

/** `{"filename", "src"}`; the Node.js SDK sends an empty name. Throws REQUEST_INVALID. */
function readPolicy(body: unknown): { filename: string | undefined; text: string } {
  const { filename, src } = readBodyRecord(body);
  const name = isAbsent(filename) ? '' : readString(filename, 'filename');
  return { filename: name === '' ? undefined : name, text: readString(src, 'src') };
}

/** What messages call a policy without a name. */
const UNNAMED = 'policy.polar';

type Refused = Exclude<SaveOutcome, { readonly kind: 'saved' | 'unchanged' }>;

function refusal(outcome: Refused): unknown {
  if (outcome.kind === 'tests-failed') {
    const { results } = outcome;
    return { error_type: 'TestsFailed', message: printTestFailures(results), test_results: results };
  }
  return {
    error_type: 'Validation',
    message: printPolicyErrors(outcome.errors),
    errors: outcome.errors.map((error) => ({ error_type: 'ValidationFailed', message: renderMessage(error) })),
  };
}
