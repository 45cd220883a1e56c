/** A power of two, many times what hot bodies there are: each has one place. */
const PLACES = 128 * 1024;
const KEPT_BYTES = 4 * 1024 * 1024;
/** Longer bodies are not kept. */
const MOST_BODY_BYTES = 512;
/** Before the bytes of a kept body: the answer, and the length in two bytes. */
const HEAD_BYTES = 3;
/** Where the first one is kept, so that 0 can stand for none. */
const FIRST_START = 1;

/**
 * Remembers the answers to bodies of authorize questions that come again, in 5 MiB. They belong to one snapshot, and are
 * forgotten with it. A body is kept when it is asked twice in a row at its place, so that questions which never come
 * again cost a hash; whole bodies are compared, so an answer is never that of another.
 */
export class AnswerCache {
  /** By place, half the hash of the body asked last. All that most questions which never come again look at: it is small. */
  readonly #tags = new Uint16Array(PLACES);
  /** By place, where the body kept there begins; 0: there is none. */
  readonly #starts = new Uint32Array(PLACES);
  readonly #kept = new Uint8Array(KEPT_BYTES);
  #end = FIRST_START;
  #snapshotId = '';
  /** Of the body that `find` did not know. */
  #place = 0;
  #tag = 0;

  /** Whether the body is allowed in a snapshot; undefined: it is not known. */
  find(snapshotId: string, body: Uint8Array): boolean | undefined {
    if (snapshotId !== this.#snapshotId) this.#startAnew(snapshotId);
    const hash = hashOf(body);
    this.#place = hash & (PLACES - 1);
    this.#tag = hash >>> 16;
    if (this.#tags[this.#place] !== this.#tag) return undefined;
    const start = this.#starts[this.#place] as number;
    return start !== 0 && this.#isAt(start, body) ? this.#kept[start] === 1 : undefined;
  }

  /** To be called when `find` did not know the body, before it is asked for another. */
  add(body: Uint8Array, isAllowed: boolean): void {
    const isSecondSight = this.#tags[this.#place] === this.#tag;
    this.#tags[this.#place] = this.#tag;
    if (isSecondSight && body.length <= MOST_BODY_BYTES) this.#starts[this.#place] = this.#keep(body, isAllowed);
  }

  /** Where it is kept. When there is no room, everything else is forgotten first. */
  #keep(body: Uint8Array, isAllowed: boolean): number {
    if (this.#end + HEAD_BYTES + body.length > KEPT_BYTES) this.#startAnew(this.#snapshotId);
    const start = this.#end;
    this.#kept.set([isAllowed ? 1 : 0, body.length & 0xff, body.length >> 8], start);
    this.#kept.set(body, start + HEAD_BYTES);
    this.#end = start + HEAD_BYTES + body.length;
    return start;
  }

  #isAt(start: number, body: Uint8Array): boolean {
    const kept = this.#kept;
    if (kept[start + 1] !== (body.length & 0xff) || kept[start + 2] !== body.length >> 8) return false;
    for (let at = 0; at < body.length; at++) if (kept[start + HEAD_BYTES + at] !== body[at]) return false;
    return true;
  }

  #startAnew(snapshotId: string): void {
    this.#snapshotId = snapshotId;
    this.#starts.fill(0);
    this.#end = FIRST_START;
  }
}

/** Four bytes at a time. Collisions cost time, never a wrong answer, so no secret is needed. */
function hashOf(body: Uint8Array): number {
  const whole = body.length & ~3;
  let hash = body.length;
  for (let at = 0; at < whole; at += 4) {
    const word =
      (body[at] as number) |
      ((body[at + 1] as number) << 8) |
      ((body[at + 2] as number) << 16) |
      ((body[at + 3] as number) << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (let at = whole; at < body.length; at++) hash = Math.imul(hash ^ (body[at] as number), 0x9e3779b1);
  return hash ^ (hash >>> 16);
}
