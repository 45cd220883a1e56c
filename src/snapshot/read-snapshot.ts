import type { PackedFacts } from '../facts/fact-sink.ts';
import { FaultFound, snapshotError } from './fault.ts';
import type { SnapshotManifest } from './manifest.ts';
import { openArchive } from './read-archive.ts';
import { type ByteProgress, checkDigest, openSnapshotFile, type SnapshotFile } from './snapshot-file.ts';
import { type SnapshotInput, spoolSnapshot } from './spool-snapshot.ts';
import type { VerifyOptions } from './verify-snapshot.ts';

/** A snapshot whose digest, manifest and policy are verified. Its owner closes it. */
export interface OpenSnapshot extends AsyncDisposable {
  /** Path, or `-`, for messages. */
  readonly name: string;
  readonly manifest: SnapshotManifest;
  readonly policyText: string;
  readonly sizeBytes: number;
  /**
   * The facts in canonical order, read anew from the same open file. The first wrong line throws SNAPSHOT_INVALID where its
   * part is poured out, or from the stream when nobody does that; so does its end when anything differs from the manifest.
   * Use nothing before the stream has ended well.
   */
  facts(): AsyncIterable<PackedFacts>;
  close(): Promise<void>;
}

/**
 * Checks the digest of the whole file, then reads manifest and policy. Throws SNAPSHOT_INVALID, SNAPSHOT_NEWER,
 * DIRECTORY_UNUSABLE, NO_SPACE when a stream cannot be spooled, or the signal's reason.
 */
export async function openSnapshot(input: SnapshotInput, options: VerifyOptions = {}): Promise<OpenSnapshot> {
  const name = typeof input === 'string' ? input : '-';
  let file: SnapshotFile | undefined;
  try {
    file = typeof input === 'string' ? await openSnapshotFile(input) : await spoolSnapshot(input, options.signal);
    return await readHead(file, options);
  } catch (error) {
    await file?.handle.close();
    throw named(name, error);
  }
}

async function readHead(file: SnapshotFile, options: VerifyOptions): Promise<OpenSnapshot> {
  const { signal, progress } = options;
  const digestProgress: ByteProgress | undefined = progress && ((done, total) => progress('digest', done, total));
  const digest = await checkDigest(file, { signal, progress: digestProgress });
  const archive = openArchive(file, { signal });
  try {
    const manifest = await archive.manifest();
    const policyText = await archive.soundPolicy(manifest);
    const close = () => file.handle.close();
    return {
      name: file.name,
      manifest,
      policyText,
      sizeBytes: file.sizeBytes,
      facts: () => readAllFacts({ file, digest, manifest, options }),
      close,
      [Symbol.asyncDispose]: close,
    };
  } finally {
    await archive.close();
  }
}

interface FactsOf {
  readonly file: SnapshotFile;
  readonly digest: Buffer;
  readonly manifest: SnapshotManifest;
  readonly options: VerifyOptions;
}

async function* readAllFacts({
  file,
  digest,
  manifest,
  options,
}: FactsOf): AsyncGenerator<PackedFacts, void, undefined> {
  const { signal, progress } = options;
  const contentProgress: ByteProgress | undefined = progress && ((done, total) => progress('content', done, total));
  const archive = openArchive(file, { signal, progress: contentProgress });
  try {
    await archive.expectManifest(manifest);
    await archive.soundPolicy(manifest);
    for await (const part of archive.facts(manifest)) yield namedIn(file.name, part);
    await archive.endAs(digest);
  } catch (error) {
    throw named(file.name, error);
  } finally {
    await archive.close();
  }
}

/** Whoever pours a part out meets its faults, outside of the stream. */
function namedIn(name: string, part: PackedFacts): PackedFacts {
  return {
    pourInto(sink) {
      try {
        part.pourInto(sink);
      } catch (error) {
        throw named(name, error);
      }
    },
  };
}

function named(name: string, error: unknown): unknown {
  return error instanceof FaultFound ? snapshotError(name, error.fault, error) : error;
}
