import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OsoError } from '../errors/oso-error.ts';
import type { FactProgress, FactSource, FactSummary } from '../facts/fact-sink.ts';
import { buildIndex } from '../facts/index/build-index.ts';
import { contentDigest, sha256Hex } from '../snapshot/content-digest.ts';
import { summaryDifferences } from '../snapshot/fact-tally.ts';
import { ioError } from '../snapshot/io-error.ts';
import { syncDirectory } from '../snapshot/replace-file.ts';
import type { Clock } from '../util/clock.ts';
import { compilePolicy } from './compile-policy.ts';
import { type DataDirectory, requireWritable, TEMPORARY_PREFIX } from './data-directory.ts';
import { withPublished, writeState } from './directory-state.ts';
import { checkFreeSpace } from './free-space.ts';
import type { GenerationMetadata } from './generation.ts';
import { printGeneration } from './generation-file.ts';
import { generationId } from './generation-id.ts';
import { hashFile } from './hash-file.ts';
import { type GenerationEntry, generationPath, listGenerations } from './list-generations.ts';
import { loadState } from './load-state.ts';
import { type OpenGeneration, openGeneration } from './open-generation.ts';
import { isDamage, quarantine } from './quarantine.ts';

export interface StageOptions {
  readonly environment: string;
  readonly tenant: string;
  readonly source: string;
  /** When the data were read from the control plane, milliseconds since the Unix epoch. */
  readonly takenAtMs: number;
  readonly arrivedBy: GenerationMetadata['arrivedBy'];
  readonly factsEtag?: string | undefined;
  readonly policyText: string;
  /** In any order. Read once; it must throw when it was cut short. */
  readonly facts: FactSource;
  /** What the facts must turn out to be, when a manifest says so. */
  readonly expected?: FactSummary | undefined;
  /** Size of the facts as text, as far as it is known: to see early that the disk is too small. */
  readonly expectedBytes?: number | undefined;
  /** For building the index, and for opening it after. */
  readonly memoryBytes: number;
  readonly clock: Clock;
  readonly progress?: FactProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PublishOptions {
  readonly pin?: boolean | undefined;
  readonly leaveState?: boolean | undefined;
}

/** A generation that passed every check and has no name yet. Exactly one of the two methods ends it. */
export interface StagedGeneration {
  readonly metadata: GenerationMetadata;
  /**
   * Gives it its name, makes that durable, and raises the high-water mark. The caller closes what it gets. When the very
   * generation is there already and intact, that one is opened instead. `pin` makes the directory prefer it over newer
   * ones. `leaveState`: the caller keeps `state.json` and raises the mark itself. Throws NO_SPACE or
   * DIRECTORY_UNUSABLE; then it is either published, which the message says, or gone, never half there.
   */
  publish(options?: PublishOptions): Promise<OpenGeneration>;
  /** Removes everything that was written for it. */
  discard(): Promise<void>;
}

/**
 * Builds a generation beside those that are served and opens it as a server would. Nothing of it is visible to a reader
 * before `publish`, and nothing is left when this throws.
 *
 * Throws POLICY_INVALID (download) or SNAPSHOT_POLICY (import) when the policy does not compile, FACT_INVALID,
 * SNAPSHOT_INVALID when the facts are not the expected ones, INDEX_INVALID when the read-back differs, NO_SPACE,
 * DIRECTORY_UNUSABLE, whatever `facts` throws, or the signal's reason.
 */
export async function stageGeneration(directory: DataDirectory, options: StageOptions): Promise<StagedGeneration> {
  requireWritable(directory);
  compilePolicy(options.policyText, options.arrivedBy === 'import' ? 'SNAPSHOT_POLICY' : 'POLICY_INVALID');
  const expectedBytes = options.expected?.lineBytes ?? options.expectedBytes;
  if (expectedBytes !== undefined) await checkFreeSpace(directory.path, expectedBytes);
  const folder = join(directory.generationsPath, `${TEMPORARY_PREFIX}${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(folder, { mode: 0o700 });
    const metadata = await writeGeneration(folder, options);
    const opened = await openGeneration(folder, options);
    return {
      metadata,
      publish: (how = {}) => publish({ directory, folder, opened, how, options }),
      discard: async () => {
        opened.close();
        await removeStaged(folder);
      },
    };
  } catch (error) {
    await removeStaged(folder);
    throw ioError(error, 'write', folder);
  }
}

async function writeGeneration(folder: string, options: StageOptions): Promise<GenerationMetadata> {
  const { policyText, facts, memoryBytes, progress, signal } = options;
  signal?.throwIfAborted();
  await writeDurably(join(folder, 'policy.polar'), policyText);
  const indexPath = join(folder, 'facts.index');
  const summary = await buildIndex(facts, {
    path: indexPath,
    temporaryDirectory: folder,
    memoryBytes,
    progress,
    signal,
  });
  if (options.expected) checkExpected(summary, options.expected);
  const index = await hashFile(indexPath, signal);
  const policySha256 = sha256Hex(policyText);
  const digest = contentDigest(policySha256, summary.digest);
  const metadata: GenerationMetadata = {
    formatVersion: 1,
    id: generationId(options.takenAtMs, digest),
    environment: options.environment,
    tenant: options.tenant,
    source: options.source,
    takenAtMs: options.takenAtMs,
    policySha256,
    factsDigest: summary.digest,
    contentDigest: digest,
    factCount: summary.factCount,
    countBySignature: summary.countBySignature,
    indexBytes: index.sizeBytes,
    indexSha256: index.sha256,
    arrivedBy: options.arrivedBy,
    factsEtag: options.factsEtag ?? null,
  };
  await writeDurably(join(folder, 'generation.json'), printGeneration(metadata));
  await syncDirectory(folder);
  return metadata;
}

interface Publication {
  readonly directory: DataDirectory;
  readonly folder: string;
  readonly opened: OpenGeneration;
  readonly how: PublishOptions;
  readonly options: StageOptions;
}

async function publish({ directory, folder, opened, how, options }: Publication): Promise<OpenGeneration> {
  const { metadata } = opened;
  try {
    const present = (await listGenerations(directory)).find(({ id }) => id === metadata.id);
    const intact = present && (await openIntact(directory, present, options));
    if (intact) await removeStaged(folder);
    else await rename(folder, generationPath(directory, metadata.id));
    await syncDirectory(directory.generationsPath);
    if (!how.leaveState) {
      await record(directory, metadata, how).catch((error: unknown) => {
        throw unrecorded(error, metadata.id, how);
      });
    }
    if (!intact) return opened;
    opened.close();
    return intact;
  } catch (error) {
    opened.close();
    await removeStaged(folder);
    throw ioError(error, 'publish', generationPath(directory, metadata.id));
  }
}

async function record(directory: DataDirectory, metadata: GenerationMetadata, { pin }: PublishOptions): Promise<void> {
  const { state } = await loadState(directory);
  const published = withPublished(state, metadata);
  await writeState(directory, pin ? { ...published, pinned: metadata.id } : published);
}

/** Data in hand are worth more than a directory that is as it was, so they stay. */
function unrecorded(error: unknown, id: string, { pin }: PublishOptions): unknown {
  if (!(error instanceof OsoError)) return error;
  const message = `the data are in the directory, as ${id}, but ${pin ? 'not pinned' : 'not recorded'}: ${error.message}`;
  return new OsoError(error.code, message, { hint: error.hint ?? 'repair that and do it again', cause: error });
}

/** A damaged namesake makes room; one that the disk does not give is an error. */
async function openIntact(
  directory: DataDirectory,
  present: GenerationEntry,
  options: StageOptions,
): Promise<OpenGeneration | undefined> {
  try {
    return await openGeneration(present.path, options);
  } catch (error) {
    if (!isDamage(error)) throw error;
    await quarantine(directory, present);
    return undefined;
  }
}

function checkExpected(summary: FactSummary, expected: FactSummary): void {
  const differences = summaryDifferences(summary, expected);
  if (differences.length === 0) return;
  throw new OsoError('SNAPSHOT_INVALID', `the facts are not what their manifest says: ${differences.join(', ')}`);
}

async function writeDurably(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx', mode: 0o600, flush: true });
}

async function removeStaged(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
}
