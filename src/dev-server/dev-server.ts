import type { SqlDialect } from '../config/sql-dialect.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { Fact } from '../facts/fact.ts';
import { createMemoryFacts, type MemoryFacts } from '../facts/memory-facts.ts';
import { createAuthenticate } from '../http/authenticate.ts';
import { type AnsweredRequest, HttpServer } from '../http/http-server.ts';
import { DEFAULT_LIMITS, type HttpLimits } from '../http/limits.ts';
import { operationsRoutes } from '../http/routes/operations-routes.ts';
import { readRoutes } from '../http/routes/read-routes.ts';
import { createMetrics, type Metrics, type Readings } from '../metrics/metrics.ts';
import { ioError } from '../snapshot/io-error.ts';
import type { Source } from '../source/source.ts';
import type { Clock } from '../util/clock.ts';
import type { Log } from '../util/log.ts';
import { claimDirectory, createPersistence, type Persistence, readDirectory } from './directory.ts';
import { Environment } from './environment.ts';
import { environmentRoutes } from './environment-routes.ts';
import { createEnvironments, type Environments } from './environments.ts';
import { readFactFile } from './fact-file.ts';
import { policyRoute } from './policy-route.ts';
import { requireFact } from './require-fact.ts';
import {
  noPolicy,
  printPolicyErrors,
  printTestFailures,
  type SaveOptions,
  type SaveOutcome,
  savePolicy,
} from './save-policy.ts';
import { DEFAULT_WRITE_LIMITS, type WriteLimits } from './write-limits.ts';
import { writeRoutes } from './write-routes.ts';

export interface DevServerOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly nodeVersion: string;
  /** The policy to start with; several files are one policy. It replaces the one in `directory`. */
  readonly policySources?: readonly Source[] | undefined;
  /** A file of canonical fact lines to start with. It replaces the facts in `directory`. */
  readonly factsFile?: string | undefined;
  /** Where policy and facts survive a restart; without it they do not. */
  readonly directory?: string | undefined;
  /** The database that SQL of local authorization is for; PostgreSQL unless told otherwise. */
  readonly sqlDialect?: SqlDialect | undefined;
  readonly writeLimits?: Partial<WriteLimits> | undefined;
  readonly onAnswered?: ((event: AnsweredRequest) => void) | undefined;
}

export interface DevServer {
  /** Does not listen by itself. */
  readonly server: HttpServer;
  /** Policy and facts behind the fixed key. */
  readonly main: Environment;
  /** Saves a policy as POST /policy does, for watched files. */
  savePolicy(sources: readonly Source[]): SaveOutcome;
  /** Writes what is not on disk yet, and frees the directory. Close the server first. Throws NO_SPACE or DIRECTORY_UNUSABLE. */
  close(): Promise<void>;
}

/**
 * A local stand-in for Oso Cloud: the same API with writes (api reference, 9). Throws POLICY_INVALID,
 * POLICY_TESTS_FAILED, FACT_INVALID naming the line, or DIRECTORY_UNUSABLE for what it cannot start with, and
 * DIRECTORY_LOCKED for the directory of another process.
 */
export async function createDevServer(options: DevServerOptions): Promise<DevServer> {
  const { directory, clock, policySources, factsFile } = options;
  const lock = directory === undefined ? undefined : await claimDirectory(directory);
  try {
    const persistence = directory === undefined ? undefined : createPersistence({ ...options, path: directory });
    const main = await openMain(options, persistence);
    const environments = createEnvironments(main, { clock, noPolicy: noPolicy() });
    const server = createHttpServer(options, environments);
    // What was given is stored once the start has succeeded: until then the directory stays as it was.
    const isGiven = policySources !== undefined || factsFile !== undefined;
    if (isGiven) server.http.once('listening', () => persistence?.touch(main));
    return {
      server,
      main,
      savePolicy: (sources) => savePolicy(main, sources, saveOptions(clock, sources)),
      close: async () => {
        try {
          await persistence?.close();
        } finally {
          lock?.release();
        }
      },
    };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/** Everything is loaded before the first change is reported. */
async function openMain(options: DevServerOptions, persistence: Persistence | undefined): Promise<Environment> {
  const { directory, clock, policySources, factsFile } = options;
  const facts = createMemoryFacts();
  const main = new Environment({
    name: 'dev',
    clock,
    policy: noPolicy(),
    facts,
    onChange: (environment) => started && persistence?.touch(environment),
  });
  let started = false;
  const stored = directory === undefined ? undefined : await readDirectory(directory);
  const storedSources = stored?.policyText ? [{ name: 'policy.polar', text: stored.policyText }] : [];
  startWith(main, policySources ?? storedSources, clock);
  if (factsFile !== undefined) await loadFactFile(factsFile, facts, main);
  else if (stored !== undefined) await loadFacts(stored.facts, facts);
  started = true;
  return main;
}

function startWith(main: Environment, sources: readonly Source[], clock: Clock): void {
  const outcome = savePolicy(main, sources, saveOptions(clock, sources));
  if (outcome.kind === 'invalid') throw new OsoError('POLICY_INVALID', printPolicyErrors(outcome.errors));
  if (outcome.kind === 'tests-failed') throw new OsoError('POLICY_TESTS_FAILED', printTestFailures(outcome.results));
}

/** Several files are one policy without a name. */
function saveOptions(clock: Clock, sources: readonly Source[]): SaveOptions {
  return { clock, force: false, filename: sources.length === 1 ? sources[0]?.name : undefined };
}

/** Without a policy there is nothing to check facts against: the file may come before the policy. */
async function loadFactFile(path: string, into: MemoryFacts, { policy }: Environment): Promise<void> {
  const check = policy.text === '' ? () => {} : (fact: Fact) => requireFact(policy.program, fact);
  try {
    await loadFacts(readFactFile(path, check), into);
  } catch (error) {
    throw ioError(error, 'read', path);
  }
}

async function loadFacts(batches: AsyncIterable<readonly Fact[]>, into: MemoryFacts): Promise<void> {
  for await (const batch of batches) for (const fact of batch) into.insert(fact);
}

function createHttpServer(options: DevServerOptions, environments: Environments): HttpServer {
  const limits: HttpLimits = DEFAULT_LIMITS;
  const writeLimits: WriteLimits = { ...DEFAULT_WRITE_LIMITS, ...options.writeLimits };
  const access = { dataSource: environments, clock: options.clock, limits };
  const metrics: Metrics = createMetrics({ ...options, read: () => readingsOf(server, environments.main) });
  const server: HttpServer = new HttpServer({
    ...options,
    limits,
    authenticate: createAuthenticate({ kind: 'issued', isIssued: (key) => environments.has(key) }),
    requests: metrics.requests,
    routes: [
      ...readRoutes({ ...access, guardUnfiltered: false, sqlDialect: options.sqlDialect }),
      ...writeRoutes({ environments, limits: writeLimits }),
      policyRoute({ environments, clock: options.clock, maxBodyBytes: writeLimits.maxBodyBytes }),
      ...environmentRoutes(environments, access),
      ...operationsRoutes({
        metrics,
        readiness: () => ({ ready: true }),
        status: () => ({ kind: 'dev-server', version: options.version, facts: environments.main.factCount }),
      }),
    ],
  });
  return server;
}

function readingsOf(server: HttpServer, main: Environment): Readings {
  return {
    ready: true,
    inFlight: server.inFlight,
    heldReplyBytes: server.heldReplyBytes,
    serving: { generation: 'dev', origin: 'live', ageMs: 0, factCount: main.factCount },
    lastSyncAttemptMs: undefined,
    lastSyncSuccessMs: undefined,
  };
}
