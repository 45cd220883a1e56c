import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config, Identity } from '../../config/read-config.ts';
import { type EnvironmentCopy, readEnvironment } from '../../control-plane/read-environment.ts';
import { OsoError } from '../../errors/oso-error.ts';
import type { FactSummary } from '../../facts/fact-sink.ts';
import { buildIndex } from '../../facts/index/build-index.ts';
import { type IndexFile, openIndex } from '../../facts/index/open-index.ts';
import { ioError } from '../../snapshot/io-error.ts';
import { resolveTarget } from '../../snapshot/replace-file.ts';
import { type WrittenSnapshot, writeSnapshot } from '../../snapshot/write-snapshot.ts';
import { factPredicatesOf } from '../../sync/download-generation.ts';
import type { Command, CommandContext } from '../command.ts';
import { connectToControlPlane } from '../connect-to-control-plane.ts';
import { count, describeBytes } from '../describe-progress.ts';
import { EXIT } from '../exit-code.ts';
import { buildMemoryBytes, memoryLimitBytes } from '../memory-budget.ts';
import { isReaderGone } from '../output.ts';
import { type Progress, startProgress } from '../progress.ts';
import { version } from '../version.ts';
import { makeWorkingFolder } from '../working-folder.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: 'copy live policy and facts into a snapshot file',
  arguments: [{ notation: '<file>', help: 'snapshot file to write, `-` for stdout' }],
  flags: [],
  settings: ['apiToken', 'environment', 'tenant', 'clientId', 'url'],
  notes: `The file takes its name only when it is complete, on disk and verified; until then an older file stays as it is.
With \`-\` the snapshot goes to stdout, the result to stderr, and only exit code 0 says that it is complete.
It keeps no id: only one that is given as OSO_CLIENT_ID is told to the control plane.
SOURCE_DATE_EPOCH (seconds since 1970) fixes the time in the snapshot: the same data give the same bytes.

Exit codes: 0 written, 3 the policy is not valid, 4 the control plane gave no data.

  $ oso-fallback export oso-data.snapshot`,

  async run(invocation, context) {
    const [file = ''] = invocation.arguments;
    const { output, clock, env } = context;
    const config = invocation.config({ controlPlane: true });
    const takenAtMs = readEpoch(env['SOURCE_DATE_EPOCH']);
    const target = file === '-' ? output.binary() : file;
    // What cannot be replaced is told before everything is copied for it.
    if (file !== '-') await resolveTarget(file);
    await using temporary = await makeWorkingFolder(file === '-' ? tmpdir() : dirname(file));
    using progress = await startProgress(output, clock, 'asking the control plane');
    try {
      const written = await exportTo(target, { config, takenAtMs, temporary: temporary.path, progress, context });
      progress[Symbol.dispose]();
      report(file, written, context);
      return EXIT.done;
    } catch (error) {
      // Whoever closed the pipe knows; other tools say nothing either.
      if (file === '-' && error instanceof OsoError && isReaderGone(error.cause)) return EXIT.failed;
      throw error;
    }
  },
};

interface ExportOf {
  readonly config: Config;
  readonly takenAtMs: number | undefined;
  readonly temporary: string;
  readonly progress: Progress;
  readonly context: CommandContext;
}

/** What the control plane had, with its facts sorted into a temporary index. */
interface Copied {
  readonly policyText: string;
  readonly takenAtMs: number;
  readonly summary: FactSummary;
  readonly indexPath: string;
}

async function exportTo(
  target: Parameters<typeof writeSnapshot>[0],
  { config, takenAtMs, temporary, progress, context }: ExportOf,
): Promise<WrittenSnapshot> {
  const { clock, signal } = context;
  const { identity, settings } = config;
  if (identity === undefined) throw new Error('export needs an identity');
  const controlPlane = connectToControlPlane({ identity, url: settings.url, clientId: settings.clientId, clock });
  const memoryBytes = buildMemoryBytes(memoryLimitBytes());
  try {
    const consumer = {
      predicatesOf: factPredicatesOf,
      consume: (copy: EnvironmentCopy) => sortFacts(copy, { temporary, memoryBytes, progress, signal }),
      discard: ({ indexPath }: Copied) => rm(indexPath, { force: true }),
    };
    const copied = await readEnvironment(controlPlane, consumer, { clock, signal });
    using index = openSorted(copied, memoryBytes);
    return await writeSnapshot(
      target,
      {
        ...namesOf(identity),
        source: controlPlane.source,
        takenAtMs: takenAtMs ?? copied.takenAtMs,
        policyText: copied.policyText,
        facts: index.lines(),
        summary: copied.summary,
        writer: `oso-fallback ${version()}`,
      },
      { signal, progress: progress.onBytes },
    );
  } finally {
    await controlPlane.close();
  }
}

interface SortOptions {
  readonly temporary: string;
  readonly memoryBytes: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function sortFacts({ policy, facts, takenAtMs }: EnvironmentCopy, options: SortOptions): Promise<Copied> {
  const { temporary, memoryBytes, progress, signal } = options;
  const indexPath = join(temporary, 'facts.index');
  const summary = await buildIndex(facts, {
    path: indexPath,
    temporaryDirectory: temporary,
    memoryBytes,
    progress: progress.onFacts,
    signal,
  }).catch((error: unknown) => {
    throw ioError(error, 'write', indexPath);
  });
  return { policyText: policy.text, takenAtMs, summary, indexPath };
}

function openSorted({ indexPath }: Copied, memoryBytes: number): IndexFile {
  try {
    return openIndex(indexPath, { memoryBytes, verify: true });
  } catch (error) {
    throw ioError(error, 'read', indexPath);
  }
}

function namesOf({ environment, tenant }: Identity) {
  return { environment, tenant };
}

/** Milliseconds. See https://reproducible-builds.org/specs/source-date-epoch/ */
function readEpoch(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,11}$/.test(text)) return Number(text) * 1_000;
  throw new OsoError('CONFIG_INVALID', `\`SOURCE_DATE_EPOCH\` must be whole seconds since 1970, not \`${text}\``);
}

function report(file: string, { manifest, sizeBytes }: WrittenSnapshot, { output }: CommandContext): void {
  const { environment, tenant, takenAt, facts, contentDigest } = manifest;
  output.result(
    `exported ${count(facts.count)} facts of environment ${environment} (tenant ${tenant}), taken at ${takenAt}\n` +
      `${file === '-' ? 'stdout' : file}: ${describeBytes(sizeBytes)}${file === '-' ? '' : ', read back and verified'}`,
    { file, sizeBytes, environment, tenant, takenAt, facts: facts.count, contentDigest, manifest },
  );
}
