import { ftruncateSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { PackedSection, Section } from '../directory.ts';
import type { ColumnFile } from './column-file.ts';
import { writeFully } from './write-fully.ts';

const BUFFER_BYTES = 256 * 1024;
/** Values packed at a time. */
const CHUNK_VALUES = 16_384;

/** Writes the sections of an index file one after the other. A section is what was written since the last one. */
export class SectionWriter {
  readonly #descriptor: number;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  readonly #values = new Uint32Array(CHUNK_VALUES);
  #used = 0;
  /** Where the buffer goes in the file. */
  #at: number;
  #sectionAt: number;
  /** Signed: a field that is now a small integer and now a large one costs all code that uses this object its speed. */
  #crc32 = 0;

  /** The first section begins at `at`. */
  constructor(descriptor: number, at: number) {
    this.#descriptor = descriptor;
    this.#at = at;
    this.#sectionAt = at;
  }

  /** Bytes of the current section so far. */
  get sectionBytes(): number {
    return this.#at + this.#used - this.#sectionAt;
  }

  /** Where the next section begins. */
  get sizeBytes(): number {
    return this.#sectionAt;
  }

  byte(value: number): void {
    if (this.#used === BUFFER_BYTES) this.#flush();
    this.#buffer[this.#used++] = value;
  }

  bytes(source: Uint8Array, from: number, to: number): void {
    if (to - from > BUFFER_BYTES - this.#used) {
      this.#writeLong(source.subarray(from, to));
      return;
    }
    for (let at = from; at < to; at++) this.#buffer[this.#used++] = source[at] as number;
  }

  /** Ends the section. */
  end(): Section {
    this.#flush();
    const section = { offset: this.#sectionAt, length: this.#at - this.#sectionAt, crc32: this.#crc32 >>> 0 };
    this.#sectionAt = this.#at;
    this.#crc32 = 0;
    return section;
  }

  /** Forgets what was written since the last section. What is on disk goes too: the end of the file is looked at first. */
  discard(): void {
    ftruncateSync(this.#descriptor, this.#sectionAt);
    this.#used = 0;
    this.#at = this.#sectionAt;
    this.#crc32 = 0;
  }

  /** A section that is a packed array of the values of a column. Yields now and then. */
  *packed(column: ColumnFile): Generator<void, PackedSection> {
    const base = column.min;
    const width = widthOf(column.max - base);
    for (let done = 0; width > 0 && done < column.count; ) {
      const count = column.read(this.#values, done);
      if (this.#used + count * width > BUFFER_BYTES) this.#flush();
      this.#integers(count, width, base);
      done += count;
      yield;
    }
    return { ...this.end(), count: column.count, width, base };
  }

  /** Adds the first values less the base. There is room: the buffer holds as many as are packed at a time. */
  #integers(count: number, width: number, base: number): void {
    const buffer = this.#buffer;
    const values = this.#values;
    let used = this.#used;
    for (let i = 0; i < count; i++) {
      const value = (values[i] as number) - base;
      buffer[used++] = value;
      if (width > 1) buffer[used++] = value >>> 8;
      if (width > 2) buffer[used++] = value >>> 16;
      if (width > 3) buffer[used++] = value >>> 24;
    }
    this.#used = used;
  }

  #writeLong(bytes: Uint8Array): void {
    this.#flush();
    this.#write(bytes);
  }

  #flush(): void {
    if (this.#used > 0) this.#write(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  #write(bytes: Uint8Array): void {
    writeFully(this.#descriptor, bytes, this.#at);
    this.#crc32 = crc32(bytes, this.#crc32 >>> 0) | 0;
    this.#at += bytes.length;
  }
}

/** Bytes needed for a number below 2^32; none for 0. */
export function widthOf(max: number): number {
  return Math.ceil((32 - Math.clz32(max)) / 8);
}
