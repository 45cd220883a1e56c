import { Worker } from 'node:worker_threads';

/** The bytes on their way: enough that neither side waits for the other, in few messages, because each wakes a thread. */
const SLOTS = 4;
const SLOT_BYTES = 1024 * 1024;

/**
 * The thread: hashes the slots that it is told, in order, and tells when each is free again. A text, because a file would
 * need a loader that takes longer to start than most data to hash.
 */
const PROGRAM = `
const { createHash } = require('node:crypto');
const { parentPort, workerData: { slots, slotBytes } } = require('node:worker_threads');
const hash = createHash('sha256');
let slot = 0;
parentPort.on('message', (length) => {
  const start = slot * slotBytes;
  hash.update(new Uint8Array(slots, start, length));
  slot = (slot + 1) % (slots.byteLength / slotBytes);
  parentPort.postMessage(length < slotBytes ? hash.digest('hex') : null);
});
`;

/** SHA-256 in a thread of its own. Throws a plain Error when the thread has died. See StreamHash. */
export class HashThread implements Disposable {
  readonly #slots = new SharedArrayBuffer(SLOTS * SLOT_BYTES);
  readonly #bytes = new Uint8Array(this.#slots);
  readonly #worker = new Worker(PROGRAM, {
    eval: true,
    execArgv: [],
    workerData: { slots: this.#slots, slotBytes: SLOT_BYTES },
  });
  /** The slot being filled and the bytes in it; slots sent and not yet free. */
  #slot = 0;
  #filled = 0;
  #busy = 0;
  #digest: string | undefined;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor() {
    this.#worker.on('message', (digest: string | null) => {
      this.#busy--;
      if (digest !== null) this.#digest = digest;
      this.#wake?.();
    });
    const fail = (cause: unknown) => {
      this.#failure ??= new Error('the thread that hashes has died', { cause });
      this.#wake?.();
    };
    this.#worker.on('error', fail);
    this.#worker.on('exit', (code) => fail(`exit code ${code}`));
  }

  update(bytes: Uint8Array): Promise<void> | undefined {
    const rest = this.#fill(bytes);
    return rest.length === 0 && this.#busy < SLOTS && this.#failure === undefined ? undefined : this.#waitAndFill(rest);
  }

  async digest(): Promise<string> {
    // A slot that is not full is the last one.
    this.#send();
    while (this.#digest === undefined) await this.#turn();
    return this.#digest;
  }

  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }

  async #waitAndFill(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; ; rest = this.#fill(rest)) {
      while (this.#busy === SLOTS || this.#failure !== undefined) await this.#turn();
      if (rest.length === 0) return;
    }
  }

  /** Takes what has room; returns the rest. */
  #fill(bytes: Uint8Array): Uint8Array {
    let at = 0;
    while (at < bytes.length && this.#busy < SLOTS) {
      const part = bytes.subarray(at, at + SLOT_BYTES - this.#filled);
      this.#bytes.set(part, this.#slot * SLOT_BYTES + this.#filled);
      at += part.length;
      this.#filled += part.length;
      if (this.#filled === SLOT_BYTES) this.#send();
    }
    return bytes.subarray(at);
  }

  #send(): void {
    this.#worker.postMessage(this.#filled);
    this.#slot = (this.#slot + 1) % SLOTS;
    this.#filled = 0;
    this.#busy++;
  }

  /** Waits until the thread has said something. */
  async #turn(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (this.#failure !== undefined) throw this.#failure;
  }
}
