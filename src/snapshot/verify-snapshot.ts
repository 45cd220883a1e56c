import { FaultFound, type SnapshotFault } from './fault.ts';
import type { SnapshotManifest } from './manifest.ts';
import { openArchive } from './read-archive.ts';
import { type ByteProgress, checkDigest, openSnapshotFile, type SnapshotFile } from './snapshot-file.ts';
import { type SnapshotInput, spoolSnapshot } from './spool-snapshot.ts';

export type Verdict =
  | {
      readonly ok: true;
      readonly manifest: SnapshotManifest;
      readonly policyText: string;
      readonly sizeBytes: number;
      /** SHA-256 at the end of the file, 64 lower-case hex digits. */
      readonly sha256: string;
    }
  | {
      readonly ok: false;
      /** At least one. After a fault that makes the rest unreadable there are no others. */
      readonly faults: readonly SnapshotFault[];
      /** When it could be read and is well formed; the faults are then in the members. */
      readonly manifest?: SnapshotManifest | undefined;
    };

export interface VerifyOptions {
  readonly signal?: AbortSignal | undefined;
  /** `digest` is pass one, `content` pass two. */
  readonly progress?: ((stage: 'digest' | 'content', doneBytes: number, totalBytes: number) => void) | undefined;
}

/**
 * Reads a file from its first to its last byte, twice, in constant memory, and writes nothing. What is wrong with the
 * bytes is in the verdict. Throws DIRECTORY_UNUSABLE when the file cannot be read, or the signal's reason.
 */
export async function verifySnapshot(input: SnapshotInput, options: VerifyOptions = {}): Promise<Verdict> {
  let file: SnapshotFile | undefined;
  try {
    file = typeof input === 'string' ? await openSnapshotFile(input) : await spoolSnapshot(input, options.signal);
    return await verifyOpenFile(file, options);
  } catch (error) {
    if (error instanceof FaultFound) return { ok: false, faults: [error.fault] };
    throw error;
  } finally {
    await file?.handle.close();
  }
}

/** Throws FaultFound for the faults of pass one. */
async function verifyOpenFile(file: SnapshotFile, options: VerifyOptions): Promise<Verdict> {
  const { signal } = options;
  const digest = await checkDigest(file, { signal, progress: progressOf(options, 'digest') });
  const archive = openArchive(file, { signal, progress: progressOf(options, 'content') });
  const faults: SnapshotFault[] = [];
  let manifest: SnapshotManifest | undefined;
  let policyText = '';
  try {
    manifest = await archive.manifest();
    policyText = await archive.policy(manifest, faults);
    await archive.checkFacts(manifest);
    await archive.endAs(digest);
  } catch (error) {
    if (!(error instanceof FaultFound)) throw error;
    faults.push(error.fault);
  } finally {
    await archive.close();
  }
  if (manifest === undefined || faults.length > 0) return { ok: false, faults, manifest };
  return { ok: true, manifest, policyText, sizeBytes: file.sizeBytes, sha256: digest.toString('hex') };
}

function progressOf({ progress }: VerifyOptions, stage: 'digest' | 'content'): ByteProgress | undefined {
  return progress && ((doneBytes, totalBytes) => progress(stage, doneBytes, totalBytes));
}
