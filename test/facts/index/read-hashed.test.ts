import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { closeIndexBytes, openIndexBytes } from '../../../src/facts/index/index-bytes.ts';
import { readHashed } from '../../../src/facts/index/read-hashed.ts';

const MIB = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'read-hashed-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Every piece of it differs from every other. */
function bytesOf(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(at, at);
  return bytes;
}

async function read(bytes: Uint8Array, kept: Uint8Array | undefined, signal?: AbortSignal) {
  const path = join(folder, 'file');
  writeFileSync(path, bytes);
  const file = openIndexBytes(path);
  try {
    return await readHashed(file, { kept, signal });
  } finally {
    closeIndexBytes(file);
  }
}

const sizes = [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 17];
test.each(sizes)('a file of %i bytes has its size and SHA-256', async (sizeBytes) => {
  const bytes = bytesOf(sizeBytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(await read(bytes, undefined)).toEqual({ sizeBytes, sha256 });
  for (const keptBytes of [1, MIB, Math.floor(sizeBytes / 2), sizeBytes]) {
    const kept = new Uint8Array(new SharedArrayBuffer(keptBytes));
    expect(await read(bytes, kept)).toEqual({ sizeBytes, sha256 });
    const length = Math.min(keptBytes, sizeBytes);
    expect(Buffer.compare(kept.subarray(0, length), bytes.subarray(0, length))).toBe(0);
  }
});

test('an abort ends it with its reason', async () => {
  await expect(read(bytesOf(MIB), undefined, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});

test('what the system says is handed on', async () => {
  const file = openIndexBytes(folder);
  try {
    await expect(readHashed(file, {})).rejects.toMatchObject({ code: 'EISDIR' });
  } finally {
    closeIndexBytes(file);
  }
});
