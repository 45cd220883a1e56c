import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { PackedFacts } from '../facts/fact-sink.ts';
import { ByteReader } from './byte-reader.ts';
import { sha256Hex } from './content-digest.ts';
import { FaultFound, type SnapshotFault } from './fault.ts';
import { MAX_MANIFEST_BYTES, type SnapshotManifest } from './manifest.ts';
import { parseManifest, takenAtMsOf } from './parse-manifest.ts';
import { printManifest } from './print-manifest.ts';
import { checkFacts, readFacts } from './read-facts.ts';
import { type ByteProgress, readBody, type SnapshotFile } from './snapshot-file.ts';
import {
  type MemberPlace,
  memberHeader,
  paddingBytes,
  readFirstHeader,
  TAR_BLOCK_BYTES,
  TAR_END_BYTES,
} from './tar-layout.ts';
import { TRAILER_BYTES } from './trailer.ts';

/** Unpacked bytes per packed byte. Sorted lines of real facts stay below 100; a bomb of zeros reaches 30,000. */
const MAX_RATIO = 2000;
/** Small files may unpack to this much whatever their ratio. */
const ALWAYS_ALLOWED_BYTES = 64 * 1024 * 1024;

/** Most bytes that a file of this size may unpack to. */
export function maxUnpackedBytes(sizeBytes: number): number {
  return Math.max(ALWAYS_ALLOWED_BYTES, MAX_RATIO * sizeBytes);
}

/** Pass two over a file whose digest was checked. */
export function openArchive(
  file: SnapshotFile,
  options: { readonly signal?: AbortSignal | undefined; readonly progress?: ByteProgress | undefined } = {},
): ArchiveReader {
  return new ArchiveReader(packedBytes(file, options), maxUnpackedBytes(file.sizeBytes));
}

async function* packedBytes(
  file: SnapshotFile,
  { signal, progress }: { readonly signal?: AbortSignal | undefined; readonly progress?: ByteProgress | undefined },
): AsyncGenerator<Buffer, void, undefined> {
  for await (const { bytes, end } of readBody(file, signal)) {
    yield bytes;
    progress?.(end, file.sizeBytes - TRAILER_BYTES);
  }
}

/**
 * Unpacks members one after the other, in the order of the methods. Every method throws FaultFound, or what the packed
 * bytes throw: for a file DIRECTORY_UNUSABLE or the signal's reason. Its owner closes it.
 */
export class ArchiveReader {
  readonly #bytes: ByteReader;
  readonly #hash = createHash('sha256');

  /** Everything before the trailer; `maxBytes` of content are too many. */
  constructor(packed: AsyncIterable<Buffer>, maxBytes: number) {
    this.#bytes = new ByteReader(this.#hashed(packed), maxBytes);
  }

  async manifest(): Promise<SnapshotManifest> {
    const block = await this.#bytes.take(TAR_BLOCK_BYTES);
    const place = readFirstHeader(block);
    expectHeader(block, place);
    if (place.sizeBytes > MAX_MANIFEST_BYTES) {
      throw new FaultFound('manifest', `its manifest has more than ${MAX_MANIFEST_BYTES} bytes`);
    }
    const manifest = parseManifest(await this.#bytes.take(place.sizeBytes));
    if (takenAtMsOf(manifest) !== place.takenAtSeconds * 1000) {
      throw new FaultFound('archive', 'the time of its members is not the `takenAt` of its manifest');
    }
    await this.#padding(place.sizeBytes);
    return manifest;
  }

  /** For a manifest that is known already: throws unless this is the same. */
  async expectManifest(known: SnapshotManifest): Promise<void> {
    if (printManifest(await this.manifest()) !== printManifest(known)) {
      throw new FaultFound('damaged', 'it has another manifest than before');
    }
  }

  /** Throws the first fault of the policy. */
  async soundPolicy(manifest: SnapshotManifest): Promise<string> {
    const faults: SnapshotFault[] = [];
    const text = await this.policy(manifest, faults);
    const [fault] = faults;
    if (fault !== undefined) throw new FaultFound(fault.kind, fault.message);
    return text;
  }

  /** Adds to `faults` what leaves the rest readable. */
  async policy(manifest: SnapshotManifest, faults: SnapshotFault[]): Promise<string> {
    const { sizeBytes, sha256 } = manifest.policy;
    await this.#header(manifest, 'policy.polar', sizeBytes);
    const bytes = await this.#bytes.take(sizeBytes);
    await this.#padding(sizeBytes);
    if (sha256Hex(bytes) !== sha256) {
      faults.push({ kind: 'policy', message: 'policy.polar does not have the SHA-256 that the manifest says' });
    }
    if (!isUtf8(bytes)) faults.push({ kind: 'policy', message: 'policy.polar is not UTF-8' });
    return bytes.toString('utf8');
  }

  async *facts(manifest: SnapshotManifest): AsyncGenerator<PackedFacts, void, undefined> {
    const { sizeBytes } = manifest.facts;
    await this.#header(manifest, 'facts.jsonl', sizeBytes);
    yield* readFacts(this.#bytes, manifest.facts);
    await this.#padding(sizeBytes);
  }

  /** The same checks as `facts` makes. */
  async checkFacts(manifest: SnapshotManifest): Promise<void> {
    const { sizeBytes } = manifest.facts;
    await this.#header(manifest, 'facts.jsonl', sizeBytes);
    await checkFacts(this.#bytes, manifest.facts);
    await this.#padding(sizeBytes);
  }

  /** After the last member: the tar's end and the file's end. Returns the SHA-256 of all packed bytes. */
  async end(): Promise<Buffer> {
    await this.#zeros(TAR_END_BYTES, 'its tar does not end after its last member');
    await this.#bytes.expectEnd();
    return this.#hash.digest();
  }

  /** The same; they must be the bytes of pass one. */
  async endAs(digest: Buffer): Promise<void> {
    if (!(await this.end()).equals(digest)) throw new FaultFound('damaged', 'it changed while it was being read');
  }

  async close(): Promise<void> {
    await this.#bytes.close();
  }

  async *#hashed(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    for await (const bytes of packed) {
      this.#hash.update(bytes);
      yield bytes;
    }
  }

  async #header(manifest: SnapshotManifest, name: MemberPlace['name'], sizeBytes: number): Promise<void> {
    const takenAtSeconds = takenAtMsOf(manifest) / 1000;
    expectHeader(await this.#bytes.take(TAR_BLOCK_BYTES), { name, sizeBytes, takenAtSeconds });
  }

  #padding(sizeBytes: number): Promise<void> {
    return this.#zeros(paddingBytes(sizeBytes), 'it has something between its members');
  }

  async #zeros(length: number, otherwise: string): Promise<void> {
    if ((await this.#bytes.take(length)).some((byte) => byte !== 0)) throw new FaultFound('archive', otherwise);
  }
}

function expectHeader(block: Buffer, place: MemberPlace): void {
  if (!block.equals(memberHeader(place))) {
    throw new FaultFound('archive', `where \`${place.name}\` must be it has another member, or another kind of entry`);
  }
}
