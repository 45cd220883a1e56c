import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { FactBatch } from '../facts/fact.ts';
import { ByteReader } from './byte-reader.ts';
import { sha256Hex } from './content-digest.ts';
import { FaultFound, type SnapshotFault } from './fault.ts';
import { MAX_MANIFEST_BYTES, type SnapshotManifest } from './manifest.ts';
import { parseManifest, takenAtMsOf } from './parse-manifest.ts';
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
import { decompress } from './zstd.ts';

/** Unpacked bytes per packed byte. Sorted lines of real facts stay below 100; a bomb of zeros reaches 30,000. */
const MAX_RATIO = 2000;
/** Small files may unpack to this much whatever their ratio. */
const ALWAYS_ALLOWED_BYTES = 64 * 1024 * 1024;

/**
 * Pass two over a file whose digest was checked: unpacks members one after the other, in the order of the methods.
 * Every method throws FaultFound, DIRECTORY_UNUSABLE or the signal's reason. Its owner closes it.
 */
export class ArchiveReader {
  readonly #bytes: ByteReader;
  readonly #hash = createHash('sha256');
  readonly #digest: Buffer;

  /** `digest` is what pass one found: the same bytes must come by again. */
  constructor(
    file: SnapshotFile,
    digest: Buffer,
    options: { readonly signal?: AbortSignal | undefined; readonly progress?: ByteProgress | undefined } = {},
  ) {
    this.#digest = digest;
    const maxBytes = Math.max(ALWAYS_ALLOWED_BYTES, MAX_RATIO * file.sizeBytes);
    this.#bytes = new ByteReader(decompress(this.#packed(file, options), maxBytes));
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

  async *facts(manifest: SnapshotManifest): AsyncGenerator<FactBatch, void, undefined> {
    const { sizeBytes } = manifest.facts;
    await this.#header(manifest, 'facts.jsonl', sizeBytes);
    yield* readFacts(this.#bytes.parts(sizeBytes), manifest.facts);
    await this.#padding(sizeBytes);
  }

  /** The same checks as `facts` makes. */
  async checkFacts(manifest: SnapshotManifest): Promise<void> {
    const { sizeBytes } = manifest.facts;
    await this.#header(manifest, 'facts.jsonl', sizeBytes);
    await checkFacts(this.#bytes.parts(sizeBytes), manifest.facts);
    await this.#padding(sizeBytes);
  }

  /** After the last member: the tar's end, the file's end, and the same digest as in pass one. */
  async end(): Promise<void> {
    await this.#zeros(TAR_END_BYTES, 'its tar does not end after its last member');
    await this.#bytes.expectEnd();
    if (!this.#hash.digest().equals(this.#digest))
      throw new FaultFound('damaged', 'it changed while it was being read');
  }

  async close(): Promise<void> {
    await this.#bytes.close();
  }

  async *#packed(
    file: SnapshotFile,
    options: { readonly signal?: AbortSignal | undefined; readonly progress?: ByteProgress | undefined },
  ): AsyncGenerator<Buffer, void, undefined> {
    for await (const { bytes, end } of readBody(file, options.signal)) {
      this.#hash.update(bytes);
      yield bytes;
      options.progress?.(end, file.sizeBytes - TRAILER_BYTES);
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
