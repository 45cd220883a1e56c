import { FaultFound } from './fault.ts';

/** Largest window that a reader gives memory to: 8 MiB, as RFC 9659 has it. Writers stay at 2 MiB. */
export const MAX_WINDOW_LOG = 23;

const MAGIC = 0xfd2fb528;
const MAX_BLOCK_BYTES = 128 * 1024;
const CHECKSUM_BYTES = 4;
/** Bytes of the content size field, by the top two bits of the descriptor; 0 means 1 when the frame has one segment. */
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;

/** Looks at a compressed stream before the decoder does. */
export interface FrameWalker {
  /** Throws FaultFound at the first byte that has no place in the format. */
  push(chunk: Buffer): void;
  /** Throws FaultFound when the frame is not over. */
  end(): void;
}

/**
 * Accepts exactly one zstd frame (RFC 8878, 3.1.1) with a checksum, without a dictionary, with a window of at most
 * 8 MiB, with no empty block but the last, and nothing before or after it.
 *
 *     magic 4 | descriptor 1 | window 0–1 | content size 0–8 | { block header 3 | block }… | checksum 4
 */
export function createFrameWalker(): FrameWalker {
  let step: 'start' | 'header' | 'block-header' | 'checksum' | 'done' = 'start';
  /** The field being collected, complete at `wanted` bytes. */
  const field = Buffer.alloc(16);
  let have = 0;
  let wanted = 5;
  /** Bytes of the current block not yet passed. */
  let skip = 0;
  let lastBlock = false;
  let singleSegment = false;

  function finishField(bytes: Buffer): void {
    have = 0;
    switch (step) {
      case 'start':
        ({ singleSegment, headerBytes: wanted } = readDescriptor(bytes));
        step = 'header';
        break;
      case 'header':
        checkWindow(bytes, singleSegment);
        step = 'block-header';
        wanted = 3;
        break;
      case 'block-header':
        ({ last: lastBlock, bodyBytes: skip } = readBlockHeader(bytes));
        if (lastBlock) {
          step = 'checksum';
          wanted = CHECKSUM_BYTES;
        }
        break;
      default:
        step = 'done';
    }
  }

  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length) {
        if (skip > 0) {
          const passed = Math.min(skip, chunk.length - at);
          skip -= passed;
          at += passed;
          continue;
        }
        if (step === 'done') throw new FaultFound('compression', 'it has bytes after its compressed data');
        const taken = chunk.copy(field, have, at, Math.min(chunk.length, at + wanted - have));
        have += taken;
        at += taken;
        if (have === wanted) finishField(field.subarray(0, wanted));
      }
    },
    end() {
      if (step !== 'done') throw new FaultFound('compression', 'its compressed data end too early');
    },
  };
}

function readDescriptor(bytes: Buffer): { singleSegment: boolean; headerBytes: number } {
  if (bytes.readUInt32LE(0) !== MAGIC) {
    throw new FaultFound('compression', 'its compressed data do not start with a zstd frame');
  }
  const descriptor = bytes.readUInt8(4);
  if ((descriptor & 0b11) !== 0) throw new FaultFound('compression', 'its compressed data need a dictionary');
  if ((descriptor & 0b100) === 0) throw new FaultFound('compression', 'its compressed data have no checksum');
  if ((descriptor & 0b1000) !== 0) throw new FaultFound('compression', 'its zstd frame uses a reserved bit');
  const singleSegment = (descriptor & 0b10_0000) !== 0;
  const sizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6] as number;
  return { singleSegment, headerBytes: singleSegment ? Math.max(1, sizeBytes) : 1 + sizeBytes };
}

/** A frame of one segment has no window field: its window is as large as its content. */
function checkWindow(header: Buffer, singleSegment: boolean): void {
  const bytes = singleSegment ? contentSize(header) : windowSize(header.readUInt8(0));
  if (bytes > 2 ** MAX_WINDOW_LOG) {
    throw new FaultFound(
      'compression',
      `its zstd window of ${bytes} bytes is above the limit of ${2 ** MAX_WINDOW_LOG}`,
    );
  }
}

function contentSize(field: Buffer): number {
  if (field.length === 8) return Number(field.readBigUInt64LE(0));
  return field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0);
}

function windowSize(field: number): number {
  const base = 2 ** (10 + (field >> 3));
  return base + (base / 8) * (field & 0b111);
}

function readBlockHeader(bytes: Buffer): { last: boolean; bodyBytes: number } {
  const header = bytes.readUIntLE(0, 3);
  const last = (header & 1) === 1;
  const type = (header >> 1) & 0b11;
  const size = header >> 3;
  if (type === 3 || size > MAX_BLOCK_BYTES)
    throw new FaultFound('compression', 'it has a block that zstd does not allow');
  if (size === 0 && !last) throw new FaultFound('compression', 'it has an empty block');
  // Type 1 repeats one byte `size` times.
  return { last, bodyBytes: type === 1 ? 1 : size };
}
