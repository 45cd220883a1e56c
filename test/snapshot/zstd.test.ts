import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decompress as unpack } from 'zstd-napi';
import { FaultFound } from '../../src/snapshot/fault.ts';
import { compress, DEFAULT_LEVEL, Decompressor, OUTPUT_BYTES } from '../../src/snapshot/zstd.ts';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function join(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies);
}

const pack = (bytes: Buffer, pieceBytes: number, level = DEFAULT_LEVEL) =>
  join(compress(inPieces(bytes, pieceBytes), { sizeBytes: bytes.length, level }));

/** Bytes that hardly compress, from a fixed start. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 12_345;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    bytes[at] = state >> 16;
  }
  return bytes;
}

describe('compress', () => {
  test('gives the same bytes however the input is cut', async () => {
    for (const length of [0, 1, 131_071, 131_072, 131_073, 262_144, 1_000_000]) {
      const bytes = noise(length);
      const whole = await pack(bytes, Math.max(1, length));
      for (const size of [1000, 65_536, 131_072, 200_000]) {
        expect((await pack(bytes, size)).equals(whole), `${length} bytes in pieces of ${size}`).toBe(true);
      }
      expect(unpack(whole).equals(bytes)).toBe(true);
    }
  });

  test('fails when the input has another size than it was said to have', async () => {
    for (const sizeBytes of [99, 101, 300_000]) {
      const packed = join(compress(inPieces(noise(100), 10), { sizeBytes, level: 3 }));
      await expect(packed).rejects.toThrow(`compressed 100 bytes instead of ${sizeBytes}`);
    }
  });

  test('hands on full buffers, so that a file takes few writes', async () => {
    const bytes = noise(3_000_000);
    const lengths: number[] = [];
    for await (const chunk of compress(inPieces(bytes, 70_000), { sizeBytes: bytes.length, level: 3 })) {
      lengths.push(chunk.length);
    }
    expect(lengths.length).toBeGreaterThan(2);
    expect(new Set(lengths.slice(0, -1))).toEqual(new Set([OUTPUT_BYTES]));
    expect(lengths.at(-1)).toBeGreaterThan(0);
  });

  test('honours the level', async () => {
    const text = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `["has_role","User","${i * 7}"]\n`).join(''));
    const [fast, small] = [await pack(text, 65_536, 1), await pack(text, 65_536, 19)];
    expect(fast.equals(small)).toBe(false);
    expect(unpack(fast).equals(text) && unpack(small).equals(text)).toBe(true);
  });
});

/** All that a decompressor gives, in pieces of the given size. */
async function readAll(decompressor: Decompressor, pieceBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = Buffer.alloc(pieceBytes);
    const length = await decompressor.read(piece);
    pieces.push(piece.subarray(0, length));
    if (length < pieceBytes) return Buffer.concat(pieces);
  }
}

describe('a decompressor', () => {
  test('gives back what was compressed, however the input is cut and the output asked for', async () => {
    const bytesAndPieces = fc.record({
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 5000 }).map((array) => Buffer.from(array)),
        fc.integer({ min: 0, max: 400_000 }).map((length) => Buffer.alloc(length, 'abc')),
        fc.integer({ min: 0, max: 300_000 }).map(noise),
      ),
      size: fc.integer({ min: 1, max: 70_000 }),
      outputBytes: fc.integer({ min: 1, max: 300_000 }),
    });
    await fc.assert(
      fc.asyncProperty(bytesAndPieces, async ({ bytes, size, outputBytes }) => {
        const packed = await pack(bytes, 50_000);
        const input = inPieces(packed, Math.max(size, packed.length >> 10));
        const decompressor = new Decompressor(input, bytes.length);
        return (await readAll(decompressor, Math.max(outputBytes, bytes.length >> 10))).equals(bytes);
      }),
      { numRuns: 200 },
    );
  });

  test('stops at the first byte beyond the limit', async () => {
    const packed = await pack(Buffer.alloc(10_000_000), 1_000_000);
    const decompressor = new Decompressor(inPieces(packed, 1000), 1_000_000);
    const target = Buffer.alloc(1000);
    for (let read = 0; read < 1_000_000; read += target.length) expect(await decompressor.read(target)).toBe(1000);
    const beyond = decompressor.read(target);
    await expect(beyond).rejects.toThrow(FaultFound);
    await expect(beyond).rejects.toThrow('it unpacks to more than 1000000 bytes');
  });

  test('fills what it is given, and at the end has nothing more', async () => {
    const packed = await pack(noise(1000), 1000);
    const decompressor = new Decompressor(inPieces(packed, 1), 1000);
    const target = Buffer.alloc(600);
    expect(await decompressor.read(target)).toBe(600);
    expect(await decompressor.read(target)).toBe(400);
    expect(await decompressor.read(target)).toBe(0);
  });
});
