import { createHash } from 'node:crypto';
import { Header } from 'tar/header';
import { compress } from 'zstd-napi';
import type { Fact } from '../../../src/facts/fact.ts';
import { compareFacts, printFactLine } from '../../../src/facts/fact-line.ts';
import { prepareSnapshot } from '../../../src/snapshot/encode-snapshot.ts';
import { contentOf, TAKEN_AT_MS } from './sample-snapshot.ts';

/*
 * Builds files that follow the format except where a test wants otherwise, and always end with the right digest: the
 * attacker can compute it as well as we can.
 */

export interface Member {
  readonly header: Buffer;
  readonly body: Buffer;
}

type HeaderData = NonNullable<ConstructorParameters<typeof Header>[0]>;

export function member(name: string, body: Buffer | string, changes: Exclude<HeaderData, Buffer> = {}): Member {
  const bytes = Buffer.from(body);
  const header = Buffer.alloc(512);
  new Header({
    path: name,
    type: 'File',
    mode: 0o600,
    uid: 0,
    gid: 0,
    size: bytes.length,
    mtime: new Date(TAKEN_AT_MS),
    ...changes,
  }).encode(header);
  return { header, body: bytes };
}

/** The three members of a good snapshot of these facts. */
export function goodMembers(facts: readonly Fact[]): [Member, Member, Member] {
  const { manifestBytes, policyBytes } = prepareSnapshot(contentOf(facts));
  const lines = [...facts].sort(compareFacts).map(printFactLine).join('');
  return [member('manifest.json', manifestBytes), member('policy.polar', policyBytes), member('facts.jsonl', lines)];
}

export function tar(members: readonly Member[], end: Buffer = Buffer.alloc(1024)): Buffer {
  const parts = members.flatMap(({ header, body }) => [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
  return Buffer.concat([...parts, end]);
}

export const compressed = (bytes: Buffer): Buffer => compress(bytes, { checksumFlag: true });

/** Ends a body with a trailer whose digest is right. */
export function sealed(body: Buffer): Buffer {
  const digest = createHash('sha256').update(body).digest();
  return Buffer.concat([body, Buffer.from('5f2a4d1820000000', 'hex'), digest]);
}

export const sealedTar = (members: readonly Member[], end?: Buffer): Buffer => sealed(compressed(tar(members, end)));
