import { createHash } from 'node:crypto';
import { OsoError } from '../errors/oso-error.ts';
import { printFactLine } from '../facts/fact-line.ts';
import type { FactStream, FactSummary } from '../facts/fact-sink.ts';
import { contentDigest, sha256Hex } from './content-digest.ts';
import { FactTally, summaryDifferences } from './fact-tally.ts';
import { isPlainText } from './json-fields.ts';
import { MAX_MANIFEST_BYTES, MAX_MEMBER_BYTES, MAX_POLICY_BYTES, type SnapshotManifest } from './manifest.ts';
import { takenAtMsOf } from './parse-manifest.ts';
import { printManifest, printTakenAt } from './print-manifest.ts';
import type { ByteProgress } from './snapshot-file.ts';
import { type MemberName, memberHeader, paddingBytes, TAR_END_BYTES, tarBytes } from './tar-layout.ts';
import { compress } from './zstd.ts';

/** Bytes of canonical lines, as an index hands them out. */
export type LineBytes = Iterable<Uint8Array>;

/** What goes into a snapshot. */
export interface SnapshotContent {
  readonly environment: string;
  readonly tenant: string;
  /** Origin of the control plane's URL, without credentials. */
  readonly source: string;
  /** Milliseconds since the Unix epoch; the snapshot keeps whole seconds. */
  readonly takenAtMs: number;
  readonly policyText: string;
  /** In canonical order, each fact once; or the bytes of their canonical lines, cut anywhere. Read once. */
  readonly facts: FactStream | LineBytes;
  /** Of exactly these facts. */
  readonly summary: FactSummary;
  /** Name and version of this program: `oso-fallback 0.1.0`. */
  readonly writer: string;
}

/** Content with its manifest, which comes first in the file. */
export interface PreparedSnapshot {
  readonly manifest: SnapshotManifest;
  readonly manifestBytes: Buffer;
  readonly policyBytes: Buffer;
  readonly facts: FactStream | LineBytes;
  readonly summary: FactSummary;
}

/** Throws SNAPSHOT_INVALID for content that the format cannot hold. */
export function prepareSnapshot(content: SnapshotContent): PreparedSnapshot {
  const { summary, policyText } = content;
  checkTexts(content);
  const policyBytes = Buffer.from(policyText);
  const policySha256 = sha256Hex(policyBytes);
  const manifest: SnapshotManifest = {
    formatVersion: 1,
    environment: content.environment,
    tenant: content.tenant,
    source: content.source,
    takenAt: printTakenAt(content.takenAtMs),
    policy: { sizeBytes: policyBytes.length, sha256: policySha256 },
    facts: {
      sizeBytes: summary.lineBytes,
      sha256: summary.digest,
      count: summary.factCount,
      countBySignature: summary.countBySignature,
    },
    contentDigest: contentDigest(policySha256, summary.digest),
    writer: content.writer,
  };
  const manifestBytes = Buffer.from(printManifest(manifest));
  checkSize('manifest.json', manifestBytes.length, MAX_MANIFEST_BYTES);
  checkSize('policy.polar', policyBytes.length, MAX_POLICY_BYTES);
  checkSize('facts.jsonl', summary.lineBytes, MAX_MEMBER_BYTES);
  return { manifest, manifestBytes, policyBytes, facts: content.facts, summary };
}

/** Bytes of the unpacked archive. */
export function unpackedBytes({ manifestBytes, policyBytes, summary }: PreparedSnapshot): number {
  return tarBytes([manifestBytes.length, policyBytes.length, summary.lineBytes]);
}

/**
 * The bytes of the file before its trailer: one zstd frame around the tar. The same content and level give the same
 * bytes. Throws INDEX_INVALID when the facts are not those of the summary, or the signal's reason.
 */
export async function* encodeBody(
  prepared: PreparedSnapshot,
  options: {
    readonly level: number;
    readonly signal?: AbortSignal | undefined;
    readonly progress?: ByteProgress | undefined;
  },
): AsyncGenerator<Buffer, void, undefined> {
  const sizeBytes = unpackedBytes(prepared);
  let done = 0;
  async function* tar(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of tarOf(prepared)) {
      options.signal?.throwIfAborted();
      yield chunk;
      done += chunk.length;
      options.progress?.(done, sizeBytes);
    }
  }
  yield* compress(tar(), { sizeBytes, level: options.level });
}

async function* tarOf(prepared: PreparedSnapshot): AsyncGenerator<Uint8Array, void, undefined> {
  const { manifest, manifestBytes, policyBytes, facts, summary } = prepared;
  const takenAtSeconds = takenAtMsOf(manifest) / 1000;
  const header = (name: MemberName, sizeBytes: number) => memberHeader({ name, sizeBytes, takenAtSeconds });
  yield header('manifest.json', manifestBytes.length);
  yield padded(manifestBytes);
  yield header('policy.polar', policyBytes.length);
  yield padded(policyBytes);
  yield header('facts.jsonl', summary.lineBytes);
  yield* Symbol.iterator in facts ? checkLines(facts, summary) : printLines(facts, summary);
  yield Buffer.alloc(paddingBytes(summary.lineBytes) + TAR_END_BYTES);
}

/** Prints facts, checking that they are those of the summary. */
async function* printLines(facts: FactStream, promised: FactSummary): AsyncGenerator<Uint8Array, void, undefined> {
  const tally = new FactTally();
  let lineBytes = 0;
  for await (const batch of facts) {
    let text = '';
    for (const fact of batch) {
      tally.fact(fact);
      text += printFactLine(fact);
    }
    const bytes = Buffer.from(text);
    tally.bytes(bytes);
    lineBytes += bytes.length;
    if (lineBytes > promised.lineBytes) throw otherFacts(['more facts than were counted']);
    yield bytes;
  }
  const differences = summaryDifferences(tally.summary(), promised);
  if (differences.length > 0) throw otherFacts(differences);
}

/** Hands lines on. Those with the digest of the summary are the lines of the facts that were counted. */
function* checkLines(lines: LineBytes, promised: FactSummary): Generator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  let lineBytes = 0;
  for (const bytes of lines) {
    hash.update(bytes);
    lineBytes += bytes.length;
    if (lineBytes > promised.lineBytes) throw otherFacts(['more facts than were counted']);
    yield bytes;
  }
  const digest = hash.digest('hex');
  if (digest !== promised.digest) throw otherFacts([`facts with digest ${digest} instead of ${promised.digest}`]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(paddingBytes(bytes.length))]);
}

function otherFacts(differences: readonly string[]): OsoError {
  return new OsoError('INDEX_INVALID', `the facts read are not those that were counted: ${differences.join(', ')}`);
}

function checkTexts(content: SnapshotContent): void {
  for (const field of ['environment', 'tenant', 'source', 'writer'] as const) {
    if (!isPlainText(content[field])) {
      throw new OsoError('SNAPSHOT_INVALID', `the ${field} of a snapshot must be one line of printable text`);
    }
  }
  if (/\p{Surrogate}/u.test(content.policyText)) {
    throw new OsoError('SNAPSHOT_INVALID', 'the policy is not well-formed Unicode');
  }
  // The octal time field of a tar header ends in the year 2242.
  if (!(content.takenAtMs >= 0 && content.takenAtMs / 1000 <= 0o77777777777)) {
    throw new OsoError('SNAPSHOT_INVALID', `the time ${content.takenAtMs} ms cannot be written into a snapshot`);
  }
}

function checkSize(name: MemberName, sizeBytes: number, maxBytes: number): void {
  if (sizeBytes > maxBytes) {
    throw new OsoError(
      'SNAPSHOT_INVALID',
      `${name} would have ${sizeBytes} bytes; a snapshot holds at most ${maxBytes}`,
    );
  }
}
