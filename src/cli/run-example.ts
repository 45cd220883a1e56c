import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseWhole } from '../config/parse-value.ts';
import { OsoError } from '../errors/oso-error.ts';
import type { Fact, FactBatch, Value } from '../facts/fact.ts';
import type { FactStream } from '../facts/fact-sink.ts';
import { buildIndex } from '../facts/index/build-index.ts';
import { openIndex } from '../facts/index/open-index.ts';
import { ioError } from '../snapshot/io-error.ts';
import { writeSnapshot } from '../snapshot/write-snapshot.ts';
import type { CommandContext, Invocation } from './command.ts';
import { count } from './describe-progress.ts';
import { generateExampleFacts } from './example-data.ts';
import { exampleOrganizations, repositoryOf, userOf } from './example-organizations.ts';
import type { ExitCode } from './exit-code.ts';
import { buildMemoryBytes, memoryLimitBytes } from './memory-budget.ts';
import { startProgress } from './progress.ts';
import { readPackageFile } from './read-package-file.ts';
import { runNode } from './run-node.ts';
import { version } from './version.ts';
import { makeWorkingFolder } from './working-folder.ts';

const DEFAULT_FACTS = '100000';
const BATCH_FACTS = 1_000;

const ENVIRONMENT = 'example';

/** The one of examples/ask.mjs. Accepted because it names the environment; it opens nothing else. */
const EXAMPLE_KEY = 'e_example_1_anykeyoftheenvironment';

/** Generates a snapshot of example data, serves it offline, and says how to ask. Everything it writes is temporary. */
export async function runExample(invocation: Invocation, context: CommandContext): Promise<ExitCode> {
  const factCount = readCount(invocation.text('facts') ?? DEFAULT_FACTS);
  const { settings } = invocation.config({ controlPlane: false });
  await using temporary = await makeWorkingFolder(tmpdir());
  const place = temporary.path;
  const importFile = join(place, 'example.snapshot');
  await writeExample(importFile, { factCount, place, context }).catch((error: unknown) => {
    throw ioError(error, 'write', place);
  });
  const overrides = { environment: ENVIRONMENT, tenant: ENVIRONMENT, directory: join(place, 'data') };
  return await runNode(
    {
      config: { settings: { ...settings, ...overrides }, identity: undefined },
      offline: true,
      importFile,
      onServing: (url) => printInvitation(url, context),
    },
    context,
  );
}

function readCount(text: string): number {
  const parsed = parseWhole(1, 100_000_000)(text);
  if (parsed.ok) return parsed.value;
  throw new OsoError('CONFIG_INVALID', `\`--facts\` ${parsed.problem}, not \`${text}\``);
}

interface ExampleOptions {
  readonly factCount: number;
  readonly place: string;
  readonly context: CommandContext;
}

async function writeExample(path: string, { factCount, place, context }: ExampleOptions): Promise<void> {
  const { output, clock, signal } = context;
  using progress = await startProgress(output, clock, `making ${count(factCount)} example facts`);
  const memoryBytes = buildMemoryBytes(memoryLimitBytes());
  const indexPath = join(place, 'facts.index');
  const facts = batches(generateExampleFacts({ factCount }));
  const build = { path: indexPath, temporaryDirectory: place, memoryBytes, progress: progress.onFacts, signal };
  const summary = await buildIndex(facts, build);
  using index = openIndex(indexPath, { memoryBytes, verify: false });
  const content = {
    environment: ENVIRONMENT,
    tenant: ENVIRONMENT,
    source: 'example',
    takenAtMs: clock.nowMs(),
    policyText: readPackageFile('examples/code-hosting.polar'),
    facts: index.facts(),
    summary,
    writer: `oso-fallback ${version()}`,
  };
  await writeSnapshot(path, content, { signal, progress: progress.onBytes });
  await rm(indexPath);
}

async function* batches(facts: Iterable<Fact>): FactStream & AsyncGenerator<FactBatch> {
  let batch: Fact[] = [];
  for (const fact of facts) {
    batch.push(fact);
    if (batch.length < BATCH_FACTS) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

function printInvitation(url: string, { output }: CommandContext): void {
  const question = exampleQuestion();
  const curl = [
    `curl ${url}/api/authorize`,
    `-H 'Authorization: Bearer ${EXAMPLE_KEY}'`,
    `-H 'Content-Type: application/json'`,
    `-d '${JSON.stringify(question)}'`,
  ].join(' \\\n  ');
  const program = readPackageFile('examples/ask.mjs').replaceAll('http://localhost:8080', url).trimEnd();
  output.result(`\nTry it:\n\n${curl}\n\nOr with the SDK (examples/ask.mjs):\n\n${program}\n\nCtrl-C stops the node.`, {
    event: 'example',
    url,
    apiKey: EXAMPLE_KEY,
    question,
    curl,
  });
}

/** A body of POST /api/authorize: the owner of the first organization and its first repository. */
function exampleQuestion(): Record<string, string> {
  const [first] = exampleOrganizations(1);
  if (first === undefined) throw new Error('the example has no organization');
  return { ...named('actor', userOf(first, 0)), action: 'read', ...named('resource', repositoryOf(first, 0)) };
}

function named(role: string, { type, id }: Value): Record<string, string> {
  return { [`${role}_type`]: type, [`${role}_id`]: id };
}
