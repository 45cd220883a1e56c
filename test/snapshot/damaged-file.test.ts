import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSnapshot } from '../../src/snapshot/read-snapshot.ts';
import { verifySnapshot } from '../../src/snapshot/verify-snapshot.ts';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import { collect, contentOf, FACTS, role, temporaryDirectory } from './support/sample-snapshot.ts';

const directory = temporaryDirectory();
const path = directory.file('damaged.snapshot');
let good: Buffer;

beforeAll(async () => {
  await writeSnapshot(path, contentOf(FACTS));
  good = readFileSync(path);
});
afterAll(() => directory[Symbol.dispose]());

async function faultKindOf(bytes: Buffer): Promise<string | undefined> {
  writeFileSync(path, bytes);
  const verdict = await verifySnapshot(path);
  return verdict.ok ? undefined : verdict.faults[0]?.kind;
}

describe('a file is refused', () => {
  test('when any one of its bits is another', async () => {
    const kinds = new Set<string | undefined>();
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bytes = Buffer.from(good);
      bytes[bit >> 3] = bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7));
      kinds.add(await faultKindOf(bytes));
    }
    expect([...kinds].sort()).toEqual(['damaged', 'truncated']);
  });

  test('when it is cut off anywhere', async () => {
    const kinds = new Set<string | undefined>();
    for (let length = 0; length < good.length; length++) kinds.add(await faultKindOf(good.subarray(0, length)));
    expect([...kinds].sort()).toEqual(['not-a-file', 'not-a-snapshot', 'truncated']);
  });

  test('when something is appended, be it another snapshot', async () => {
    for (let length = 1; length <= 64; length++) {
      expect(await faultKindOf(Buffer.concat([good, Buffer.alloc(length)]))).toBe('truncated');
    }
    expect(await faultKindOf(Buffer.concat([good, good]))).toBe('damaged');
    expect(await faultKindOf(Buffer.concat([good, good.subarray(-40)]))).toBe('damaged');
  });

  test('when something is cut out, put in, or put before', async () => {
    const middle = good.length >> 1;
    expect(await faultKindOf(Buffer.concat([good.subarray(0, middle), good.subarray(middle + 1)]))).toBe('damaged');
    expect(await faultKindOf(Buffer.concat([good.subarray(0, middle), Buffer.alloc(1), good.subarray(middle)]))).toBe(
      'damaged',
    );
    expect(await faultKindOf(Buffer.concat([Buffer.alloc(1), good]))).toBe('damaged');
  });
});

describe('the message', () => {
  const cases: { name: string; make: (path: string) => void; kind: string; message: string; hint: string }[] = [
    {
      name: 'for a directory',
      make: (at) => mkdirSync(at),
      kind: 'not-a-file',
      message: 'it is a directory, not a snapshot file',
      hint: 'give the path of a file that `oso-fallback export` wrote',
    },
    {
      name: 'for a pipe',
      make: (at) => void spawnSync('mkfifo', [at]),
      kind: 'not-a-file',
      message: 'it is a pipe or device, not a snapshot file',
      hint: 'give the path of a file that `oso-fallback export` wrote',
    },
    {
      name: 'for an empty file',
      make: (at) => writeFileSync(at, ''),
      kind: 'not-a-file',
      message: 'it is empty',
      hint: 'give the path of a file that `oso-fallback export` wrote',
    },
    {
      name: 'for another kind of file',
      make: (at) => writeFileSync(at, '{"facts": []}'.repeat(20)),
      kind: 'not-a-snapshot',
      message: 'it is not a snapshot',
      hint: 'give the path of a file that `oso-fallback export` wrote',
    },
    {
      name: 'for half a file',
      make: (at) => writeFileSync(at, good.subarray(0, 300)),
      kind: 'truncated',
      message: 'the mark at its end is missing: it was cut short, or something was appended to it',
      hint: 'copy the file again, or export again',
    },
    {
      name: 'for a damaged file',
      make: (at) => writeFileSync(at, Buffer.from(good).fill(0, 100, 110)),
      kind: 'damaged',
      message: 'its bytes do not match the SHA-256 at its end: it was changed or damaged',
      hint: 'copy the file again, or export again',
    },
  ];

  for (const { name, make, kind, message, hint } of cases) {
    test(`${name} says what it is`, async () => {
      const at = directory.file(name.replaceAll(' ', '-'));
      make(at);
      expect(await verifySnapshot(at)).toEqual({ ok: false, faults: [{ kind, message }] });
      await expect(openSnapshot(at)).rejects.toMatchObject({
        code: 'SNAPSHOT_INVALID',
        message: `\`${at}\`: ${message}`,
        hint,
      });
    });
  }

  test('for a file that is not there comes from the disk, not from a verdict', async () => {
    const at = directory.file('missing');
    const error = { code: 'DIRECTORY_UNUSABLE', message: `cannot open \`${at}\`: no such file or directory` };
    await expect(verifySnapshot(at)).rejects.toMatchObject(error);
    await expect(openSnapshot(at)).rejects.toMatchObject(error);
  });
});

describe('a file that changes while it is being read', () => {
  const other = [...FACTS, role('zoe', 'acme')];

  test('gives the old content when another file takes its name', async () => {
    const at = directory.file('renamed');
    await writeSnapshot(at, contentOf(FACTS));
    await using snapshot = await openSnapshot(at);
    await writeSnapshot(directory.file('new'), contentOf(other));
    renameSync(directory.file('new'), at);
    expect(await collect(snapshot.facts())).toEqual(FACTS);
  });

  test('is refused when other bytes are written into it, even those of a good snapshot', async () => {
    const at = directory.file('overwritten');
    await writeSnapshot(at, contentOf(FACTS));
    await writeSnapshot(directory.file('other'), contentOf(other));
    await using snapshot = await openSnapshot(at);
    writeFileSync(at, readFileSync(directory.file('other')));
    await expect(collect(snapshot.facts())).rejects.toMatchObject({ code: 'SNAPSHOT_INVALID' });
  });

  test('is refused when other bytes are written into it that say the same', async () => {
    const at = directory.file('same');
    await writeSnapshot(at, contentOf(FACTS, { policyText: `# ${'x'.repeat(3_000_000)}\n` }));
    await using snapshot = await openSnapshot(at);
    expect(await collect(snapshot.facts())).toEqual(FACTS);
    const bytes = readFileSync(at);
    // The window of a frame that is larger than its window: twice as large as it was.
    bytes[5] = bytes.readUInt8(5) + 8;
    writeFileSync(at, bytes);
    await expect(collect(snapshot.facts())).rejects.toMatchObject({
      code: 'SNAPSHOT_INVALID',
      message: `\`${at}\`: it changed while it was being read`,
    });
  });

  test('is refused when it is cut short', async () => {
    const at = directory.file('shrunk');
    await writeSnapshot(at, contentOf(FACTS));
    await using snapshot = await openSnapshot(at);
    await using handle = await open(at, 'r+');
    await handle.truncate(200);
    await expect(collect(snapshot.facts())).rejects.toMatchObject({
      code: 'SNAPSHOT_INVALID',
      message: `\`${at}\`: it became shorter while it was being read`,
    });
  });
});
