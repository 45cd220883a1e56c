import binding from 'zstd-napi/binding.js';
import { FaultFound } from './fault.ts';
import { createFrameWalker, MAX_WINDOW_LOG } from './frame-walker.ts';

/*
 * The stream classes of zstd-napi push the whole output of a chunk at once, however large: a bomb would be in memory
 * before anybody could count it. So both directions drive the codec itself, one buffer at a time.
 */

/** Input of the compressor is cut into pieces of this size, so that equal data give equal bytes however they arrive. */
const PIECE_BYTES = 128 * 1024;
/** Most bytes that the compressor hands on at a time. */
export const OUTPUT_BYTES = 128 * 1024;
/** 2 MiB. Larger windows cost every reader memory and gain little on sorted lines. */
const WINDOW_LOG = 21;

/**
 * Threads of zstd that compress beside this one, and the bytes that each takes at a time. Their number changes nothing
 * in the output, but the size of a job does.
 */
const WORKERS = 2;
const JOB_BYTES = 2 * 1024 * 1024;
/**
 * A job does not read the end of the one before again, to find repetitions there. That saves 4 to 12 % of the time of
 * compressing; ids that repeat far apart, such as UUIDs, take 5 % more room.
 */
const NO_OVERLAP = 1;

/** zstd's own default: the fastest level whose files are not clearly larger. */
export const DEFAULT_LEVEL = 3;

/** Exactly one frame with a content checksum. `sizeBytes` must be the true size of the input; throws a plain Error otherwise. */
export async function* compress(
  input: AsyncIterable<Uint8Array>,
  options: { readonly sizeBytes: number; readonly level: number },
): AsyncGenerator<Buffer, void, undefined> {
  const context = new binding.CCtx();
  context.setParameter(binding.CParameter.compressionLevel, options.level);
  context.setParameter(binding.CParameter.windowLog, WINDOW_LOG);
  context.setParameter(binding.CParameter.checksumFlag, 1);
  context.setParameter(binding.CParameter.nbWorkers, WORKERS);
  context.setParameter(binding.CParameter.jobSize, JOB_BYTES);
  context.setParameter(binding.CParameter.overlapLog, NO_OVERLAP);
  context.setPledgedSrcSize(options.sizeBytes);
  const output = new Output();
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let filled = 0;
  let total = 0;
  for await (const chunk of input) {
    total += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + PIECE_BYTES - filled);
      piece.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < PIECE_BYTES) break;
      yield* output.take(context, piece, binding.EndDirective.continue);
      filled = 0;
    }
  }
  // zstd itself checks this only when the input is longer than one piece.
  if (total !== options.sizeBytes) throw new Error(`compressed ${total} bytes instead of ${options.sizeBytes}`);
  yield* output.take(context, piece.subarray(0, filled), binding.EndDirective.end);
  if (output.used > 0) yield output.rest();
}

/** The content of exactly one frame; the walker sees every byte before the decoder does. */
export class Decompressor {
  readonly #input: AsyncIterator<Buffer>;
  readonly #maxBytes: number;
  readonly #context = new binding.DCtx();
  readonly #walker = createFrameWalker();
  /** What the decoder has not taken in yet. */
  #rest: Buffer = Buffer.alloc(0);
  #total = 0;

  /** `maxBytes` of content are allowed. */
  constructor(input: AsyncIterable<Buffer>, maxBytes: number) {
    this.#input = input[Symbol.asyncIterator]();
    this.#maxBytes = maxBytes;
    this.#context.setParameter(binding.DParameter.windowLogMax, MAX_WINDOW_LOG);
  }

  /**
   * Fills a buffer with what comes next. Returns the number of bytes, which is lower only at the end. Throws FaultFound
   * for data that do not follow the format or are too many, or what the input throws.
   */
  async read(target: Buffer): Promise<number> {
    let filled = this.#decode(target);
    while (filled < target.length && (await this.#nextInput())) filled += this.#decode(target.subarray(filled));
    return filled;
  }

  /** Lets the input release what it holds. */
  async close(): Promise<void> {
    await this.#input.return?.();
  }

  /** Stops when the target is full or the input used up. */
  #decode(target: Buffer): number {
    let filled = 0;
    do {
      const [produced, consumed] = decodeStep(this.#context, target.subarray(filled), this.#rest);
      this.#rest = this.#rest.subarray(consumed);
      filled += produced;
    } while (filled < target.length && this.#rest.length > 0);
    this.#total += filled;
    if (this.#total > this.#maxBytes) {
      throw new FaultFound('compression', `it unpacks to more than ${this.#maxBytes} bytes`);
    }
    return filled;
  }

  async #nextInput(): Promise<boolean> {
    const { done, value } = await this.#input.next();
    if (done) {
      this.#walker.end();
      return false;
    }
    this.#walker.push(value);
    this.#rest = value;
    return true;
  }
}

/** Gathers what the compressor gives now and then into full buffers: each that is handed on is a write to a file. */
class Output {
  used = 0;
  #bytes = Buffer.allocUnsafe(OUTPUT_BYTES);

  /** Hands a piece to the compressor, and on every buffer that becomes full. */
  *take(
    context: InstanceType<typeof binding.CCtx>,
    piece: Buffer,
    directive: (typeof binding.EndDirective)[keyof typeof binding.EndDirective],
  ): Generator<Buffer, void, undefined> {
    let rest = piece;
    for (let isDone = false; !isDone; ) {
      const [pending, produced, consumed] = context.compressStream2(this.#bytes.subarray(this.used), rest, directive);
      rest = rest.subarray(consumed);
      this.used += produced;
      isDone = directive === binding.EndDirective.end ? pending === 0 : rest.length === 0;
      if (this.used === OUTPUT_BYTES) yield this.rest();
    }
  }

  /** What no buffer was filled with yet. */
  rest(): Buffer {
    const bytes = this.#bytes.subarray(0, this.used);
    this.#bytes = Buffer.allocUnsafe(OUTPUT_BYTES);
    this.used = 0;
    return bytes;
  }
}

function decodeStep(
  context: InstanceType<typeof binding.DCtx>,
  output: Buffer,
  input: Buffer,
): readonly [produced: number, consumed: number] {
  try {
    const [, produced, consumed] = context.decompressStream(output, input);
    return [produced, consumed];
  } catch (error) {
    throw new FaultFound('compression', 'its compressed data cannot be decoded', error);
  }
}
