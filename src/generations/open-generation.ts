import { basename } from 'node:path';
import { createEngine } from '../engine/create-engine.ts';
import type { Serving } from '../engine/serving.ts';
import { OsoError } from '../errors/oso-error.ts';
import { type IndexFile, openHashedIndex, openSharedIndex, type SharedIndex } from '../facts/index/open-index.ts';
import type { HashedFile } from '../facts/index/read-hashed.ts';
import type { Program } from '../program/program.ts';
import type { Clock } from '../util/clock.ts';
import { messageOf } from '../util/message-of.ts';
import { compilePolicy } from './compile-policy.ts';
import { TEMPORARY_PREFIX } from './data-directory.ts';
import type { GenerationMetadata } from './generation.ts';
import { readGeneration } from './generation-file.ts';
import { checkHashed, damaged, readIndex, readPolicy } from './intact-files.ts';
import { QUARANTINE_PREFIX } from './list-generations.ts';
import { probeEngine } from './probe-engine.ts';

/** A generation that passed every check and can answer. Its owner closes it, and then uses nothing of it any more. */
export interface OpenGeneration {
  readonly metadata: GenerationMetadata;
  readonly serving: Serving;
  /** The index behind it: its mode and memory, and all facts in canonical order. */
  readonly index: IndexFile;
  close(): void;
}

export interface OpenGenerationOptions {
  /** OSO_ENVIRONMENT and OSO_TENANT; a generation of another one is refused. Not checked when not given. */
  readonly environment?: string | undefined;
  readonly tenant?: string | undefined;
  /** For the sections or the block cache of the index, see `openIndex`. */
  readonly memoryBytes: number;
  /** Threads that will answer from it, see `openIndex`. */
  readonly threads?: number | undefined;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the generation in a folder: metadata, environment, digests of policy and index, the policy compiles, a probe is
 * answered. Throws INDEX_INVALID or POLICY_INVALID when it is damaged, GUARD_ENVIRONMENT when it belongs to another
 * environment or tenant, SNAPSHOT_NEWER, DIRECTORY_UNUSABLE, or the signal's reason.
 */
export async function openGeneration(folder: string, options: OpenGenerationOptions): Promise<OpenGeneration> {
  const metadata = await readGeneration(folder);
  checkName(folder, metadata);
  checkEnvironment(metadata, options);
  const policyText = await readPolicy(folder, metadata);
  const program = compilePolicy(policyText, 'POLICY_INVALID');
  const index = await readIndex(folder, (path) => {
    const check = (file: HashedFile) => checkHashed(path, file, metadata);
    return openHashedIndex(path, { ...options, check });
  });
  return makeReady({ metadata, policyText, program, index }, options.clock);
}

/** An open generation on its way to another thread: plain data, and the memory of its index. */
export interface SharedGeneration {
  readonly metadata: GenerationMetadata;
  readonly policyText: string;
  readonly index: SharedIndex;
}

export function shareGeneration({ metadata, serving, index }: OpenGeneration): SharedGeneration {
  return { metadata, policyText: serving.policyText, index: index.share() };
}

/** Opens what another thread has open. Reads nothing but pages. Throws INDEX_INVALID. */
export function openSharedGeneration({ metadata, policyText, index }: SharedGeneration, clock: Clock): OpenGeneration {
  const program = compilePolicy(policyText, 'POLICY_INVALID');
  return makeReady({ metadata, policyText, program, index: openSharedIndex(index) }, clock);
}

interface Parts {
  readonly metadata: GenerationMetadata;
  readonly policyText: string;
  readonly program: Program;
  /** Closed when the parts do not make a generation. */
  readonly index: IndexFile;
}

function makeReady({ metadata, policyText, program, index }: Parts, clock: Clock): OpenGeneration {
  const { id, takenAtMs, factsDigest } = metadata;
  try {
    if (index.summary.digest !== factsDigest) throw damaged(`the index of ${id}`, 'it holds other facts');
    const facts = index.reader;
    const engine = createEngine(program, facts);
    probe(id, () => probeEngine({ program, engine, facts, clock }));
    const serving = { snapshotId: id, takenAtMs, policyText, policyFilename: undefined, program, engine, facts };
    return { metadata, serving, index, close: () => index[Symbol.dispose]() };
  } catch (error) {
    index[Symbol.dispose]();
    throw error;
  }
}

function checkName(folder: string, metadata: GenerationMetadata): void {
  const name = basename(folder);
  if (![metadata.id, `${QUARANTINE_PREFIX}${metadata.id}`].includes(name) && !name.startsWith(TEMPORARY_PREFIX)) {
    throw damaged(folder, `it holds the generation ${metadata.id}`);
  }
}

function checkEnvironment(metadata: GenerationMetadata, options: OpenGenerationOptions): void {
  for (const field of ['environment', 'tenant'] as const) {
    const configured = options[field];
    if (configured === undefined || configured === metadata[field]) continue;
    const message = `the generation ${metadata.id} belongs to ${field} \`${metadata[field]}\`, but \`${configured}\` is configured`;
    const hint = 'to serve it anyway, pass --allow-environment, or else give another --directory';
    throw new OsoError('GUARD_ENVIRONMENT', message, { hint });
  }
}

/** Whatever a probe dies of, the generation is of no use. */
function probe(id: string, ask: () => void): void {
  try {
    ask();
  } catch (error) {
    throw new OsoError('INDEX_INVALID', `the generation ${id} cannot answer a probe: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
