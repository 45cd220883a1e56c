import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { ColumnFile } from '../../../src/facts/index/build/column-file.ts';
import { SectionWriter } from '../../../src/facts/index/build/section-writer.ts';
import { TemporaryFiles } from '../../../src/facts/index/build/temporary-files.ts';
import { PackedArray } from '../../../src/facts/index/packed-array.ts';
import { ResidentSource } from '../../../src/facts/index/resident-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'sections-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'sections');
beforeEach(() => writeFileSync(path, ''));

/** The size of the writer's buffer: what lies around it is where something can go wrong. */
const BUFFER_BYTES = 256 * 1024;
const START = 16;

function runToEnd<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

test('a section has the bytes written to it, whatever the sizes of the pieces, and their checksum', () => {
  const near = fc.integer({ min: -2, max: 2 }).map((more) => BUFFER_BYTES + more);
  const size = fc.oneof(fc.integer({ min: 0, max: 9 }), near, fc.constant(BUFFER_BYTES / 2));
  const piece = fc.oneof(fc.constant('byte' as const), size);
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 6 }), { minLength: 1, maxLength: 3 }), (sections) => {
      const descriptor = openSync(path, 'w');
      const writer = new SectionWriter(descriptor, START);
      let at = START;
      for (const [number, pieces] of sections.entries()) {
        const expected: Buffer[] = [];
        for (const next of pieces) {
          const bytes = Buffer.alloc(next === 'byte' ? 1 : next, number * 16 + expected.length + 1);
          if (next === 'byte') writer.byte(bytes[0] ?? 0);
          else writer.bytes(Buffer.concat([Buffer.of(0), bytes, Buffer.of(0)]), 1, 1 + bytes.length);
          expected.push(bytes);
          expect(writer.sectionBytes).toBe(expected.reduce((sum, { length }) => sum + length, 0));
        }
        const all = Buffer.concat(expected);
        expect(writer.end()).toEqual({ offset: at, length: all.length, crc32: crc32(all) });
        expect(
          readFileSync(path)
            .subarray(at, at + all.length)
            .equals(all),
        ).toBe(true);
        at += all.length;
        expect(writer.sizeBytes).toBe(at);
      }
      closeSync(descriptor);
    }),
    { numRuns: 60 },
  );
});

test.each([
  [0, 0, 0],
  [0, 255, 1],
  [1000, 1255, 1],
  [1000, 1256, 2],
  [0, 0xffff, 2],
  [0, 0x1_0000, 3],
  [7, 0x100_0006, 3],
  [7, 0x100_0007, 4],
  [0, 0xffff_ffff, 4],
])('integers from %i to %i are packed into %i bytes each, and are read again', (min, max, width) => {
  const values = Array.from({ length: 100_000 }, (_, i) => min + ((i * 0x9e37_79b1) % (max - min + 1)));
  values.splice(50_000, 2, min, max);
  using files = new TemporaryFiles(folder);
  const column = new ColumnFile(files);
  for (const value of values) column.append(value);
  const descriptor = openSync(path, 'w');
  const section = runToEnd(new SectionWriter(descriptor, START).packed(column));
  closeSync(descriptor);
  expect(section).toMatchObject({
    offset: START,
    length: width * values.length,
    count: values.length,
    width,
    base: min,
  });
  const source = new ResidentSource(new SharedArrayBuffer(START + section.length), 0);
  source.bytes.set(readFileSync(path));
  expect(crc32(source.bytes.subarray(START))).toBe(section.crc32);
  const packed = new PackedArray(source, section, { add: 0, limit: max + 1 });
  expect(values.findIndex((value, i) => packed.get(i) !== value)).toBe(-1);
  for (const [from, count] of [
    [0, values.length],
    [49_990, 1025],
    [values.length - 1, 1],
    [values.length, 0],
  ] as const) {
    const read = new Int32Array(count + 1).fill(-7);
    packed.read(from, count, read);
    const wrong = read.subarray(0, count).findIndex((value, i) => value !== ((values[from + i] as number) | 0));
    expect([wrong, read[count]]).toEqual([-1, -7]);
  }
  expect(() => packed.read(values.length - 1, 2, new Int32Array(2))).toThrow('out of range');
  expect(() => packed.read(-1, 1, new Int32Array(1))).toThrow('out of range');
  const narrower = new PackedArray(source, section, { add: 0, limit: max });
  expect(() => narrower.read(49_990, 1000, new Int32Array(1000))).toThrow('out of range');
});
