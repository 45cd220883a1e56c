import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openSnapshot } from '../../src/snapshot/read-snapshot.ts';
import { verifySnapshot } from '../../src/snapshot/verify-snapshot.ts';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import { collect, contentOf, temporaryDirectory } from './support/sample-snapshot.ts';

/** Enough lines for several jobs of the compressor. */
const COUNT = 500_000;
const number = (value: number) => String(value).padStart(6, '0');
const lines = Buffer.from(
  Array.from(
    { length: COUNT },
    (_, i) =>
      `["has_role","User","user-${number(i)}","String","member","Organization","org-${number((i * 7919) % 99_991)}"]\n`,
  ).join(''),
);
const digest = createHash('sha256').update(lines).digest('hex');
const content = contentOf([], {
  facts: cut(lines, 100_003),
  summary: {
    factCount: COUNT,
    countBySignature: { 'has_role(User,String,Organization)': COUNT },
    digest,
    lineBytes: lines.length,
  },
});

function* cut(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('a snapshot of several jobs', () => {
  test('is written, verified and read; again with the same bytes, however its lines are cut', async () => {
    using directory = temporaryDirectory();
    const [a, b] = [directory.file('a'), directory.file('b')];
    await writeSnapshot(a, content);
    await writeSnapshot(b, { ...content, facts: cut(lines, 1_000_000) });
    expect(readFileSync(b).equals(readFileSync(a))).toBe(true);
    expect(await verifySnapshot(a)).toMatchObject({ ok: true, manifest: { facts: { count: COUNT, sha256: digest } } });
    await using snapshot = await openSnapshot(a);
    expect(await collect(snapshot.facts())).toHaveLength(COUNT);
  });

  test('is refused after any damage', async () => {
    using directory = temporaryDirectory();
    const path = directory.file('a');
    await writeSnapshot(path, { ...content, facts: cut(lines, 1_000_000) });
    const intact = readFileSync(path);
    for (let place = 0; place < 20; place++) {
      const bytes = Buffer.from(intact);
      const at = Math.floor((bytes.length * place) / 20);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (place % 8));
      writeFileSync(path, bytes);
      expect(await verifySnapshot(path)).toMatchObject({ ok: false });
    }
    for (const sizeBytes of [65_536, statSync(path).size - 1]) {
      writeFileSync(path, intact);
      truncateSync(path, sizeBytes);
      expect(await verifySnapshot(path)).toMatchObject({ ok: false, faults: [{ kind: 'truncated' }] });
    }
  });

  test('is not written when its lines have another digest', async () => {
    using directory = temporaryDirectory();
    const changed = Buffer.from(lines);
    changed.write('x', lines.length - 10);
    await expect(
      writeSnapshot(directory.file('a'), { ...content, facts: cut(changed, 1_000_000) }),
    ).rejects.toMatchObject({ code: 'INDEX_INVALID' });
  });
});

test('one processor compresses to the same bytes as two', (context) => {
  context.skip(spawnSync('taskset', ['--version']).error !== undefined, 'no taskset on this machine');
  const zstd = new URL('../../dist/src/snapshot/zstd.js', import.meta.url).href;
  const program = `
    const { compress } = await import('${zstd}');
    const { createHash } = await import('node:crypto');
    const bytes = Buffer.alloc(9_000_000);
    for (let i = 0; i < bytes.length; i++) bytes[i] = 97 + ((i * 2654435761) >>> 13) % 7;
    const hash = createHash('sha256');
    for await (const chunk of compress([bytes], { sizeBytes: bytes.length, level: 3 })) hash.update(chunk);
    console.log(hash.digest('hex'));`;
  const run = (command: string, ...args: string[]) =>
    spawnSync(command, [...args, '--input-type=module', '-e', program], { encoding: 'utf8' });
  const [one, all] = [run('taskset', '-c', '0', process.execPath), run(process.execPath)];
  expect(one).toMatchObject({ status: 0, stdout: expect.stringMatching(/^[0-9a-f]{64}\n$/) });
  expect(all.stdout).toBe(one.stdout);
});
