import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fact } from '../../../src/facts/fact.ts';
import { compareFacts, printFactLine } from '../../../src/facts/fact-line.ts';
import type { FactSink, FactSource, FactStream, FactSummary } from '../../../src/facts/fact-sink.ts';
import type { SnapshotContent } from '../../../src/snapshot/encode-snapshot.ts';

export const POLICY = `actor User {}

resource Organization {
  roles = ["member"];
  permissions = ["read"];
  "read" if "member";
}
`;

/** 2026-01-31T08:00:00Z */
export const TAKEN_AT_MS = 1_769_846_400_000;

export function role(user: string, organization: string, name = 'member'): Fact {
  return {
    predicate: 'has_role',
    args: [
      { type: 'User', id: user },
      { type: 'String', id: name },
      { type: 'Organization', id: organization },
    ],
  };
}

/** Roles of so many users. */
export function many(count: number): Fact[] {
  return Array.from({ length: count }, (_, i) => role(`user-${i}`, `org-${i % 7}`));
}

export const FACTS: readonly Fact[] = [role('alice', 'acme'), role('bob', 'acme'), role('eve', 'initech')];

/** The summary of facts, computed in the plainest way. They must be unique. */
export function summaryOf(facts: readonly Fact[]): FactSummary {
  const text = [...facts].sort(compareFacts).map(printFactLine).join('');
  const counts = new Map<string, number>();
  for (const { predicate, args } of facts) {
    const key = `${predicate}(${args.map(({ type }) => type).join(',')})`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const entries = [...counts].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return {
    factCount: facts.length,
    countBySignature: Object.fromEntries(entries),
    digest: createHash('sha256').update(text).digest('hex'),
    lineBytes: Buffer.byteLength(text),
  };
}

export async function* streamOf(facts: readonly Fact[], batchSize = 1000): FactStream {
  for (let at = 0; at < facts.length; at += batchSize) yield facts.slice(at, at + batchSize);
}

export function contentOf(facts: readonly Fact[], changes: Partial<SnapshotContent> = {}): SnapshotContent {
  const sorted = [...facts].sort(compareFacts);
  return {
    environment: '0123456789',
    tenant: 'acme',
    source: 'https://api.example.com',
    takenAtMs: TAKEN_AT_MS,
    policyText: POLICY,
    facts: streamOf(sorted),
    summary: summaryOf(sorted),
    writer: 'oso-fallback 0.1.0',
    ...changes,
  };
}

/** A new directory that is gone when the scope ends. */
export function temporaryDirectory(): { readonly path: string; readonly file: (name: string) => string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'oso-fallback-test-'));
  return {
    path,
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** All facts of a stream. */
export async function collect(stream: FactSource): Promise<Fact[]> {
  const facts: Fact[] = [];
  for await (const batch of stream) {
    if ('pourInto' in batch) batch.pourInto(sinkInto(facts));
    else facts.push(...batch);
  }
  return facts;
}

/** Adds the facts it takes to some that came before. */
function sinkInto(facts: Fact[]): FactSink {
  return {
    add: (fact) => facts.push(fact),
    addNext: ({ differs, bytes, start, starts, ends }) => {
      const { predicate, args } = facts.at(-1) as Fact;
      const idIn = (column: number) =>
        Buffer.from(bytes.subarray(start + (starts[column] ?? 0), start + (ends[column] ?? 0))).toString();
      facts.push({
        predicate,
        args: args.map((value, column) => ((differs >> column) & 1 ? { type: value.type, id: idIn(column) } : value)),
      });
    },
  };
}

/** A promise and the function that resolves it. */
export function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
