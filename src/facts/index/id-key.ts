import { MAX_ID_BYTES } from '../fact.ts';
import { encodeId, hashWords } from './hash-id.ts';
import { packUuid, UUID_BYTES, UUID_TEXT_BYTES } from './uuid.ts';

/** What a lookup is about: the number of a type, and an id as bytes with their hash. */
export class IdKey {
  /** The id is `bytes[0, length)`; zeros follow up to a whole word. */
  readonly bytes = new Uint8Array(MAX_ID_BYTES);
  /** The same bytes. */
  readonly words = new Int32Array(this.bytes.buffer);
  type = 0;
  length = 0;
  hash = 0;
  readonly #uuid = new Uint8Array(UUID_BYTES);
  /** Whether the id has been packed; undefined when nobody asked yet. */
  #isPacked: boolean | undefined;

  /** False for an id that no fact can hold. */
  set(type: number, id: string): boolean {
    const length = encodeId(id, this.bytes, 0);
    if (length === -1) return false;
    for (let at = length; at % 4 !== 0; at++) this.bytes[at] = 0;
    this.type = type;
    this.length = length;
    this.hash = hashWords(this, length);
    this.#isPacked = undefined;
    return true;
  }

  /** The id as a packed UUID; undefined when it is none. */
  packed(): Uint8Array | undefined {
    this.#isPacked ??= this.length === UUID_TEXT_BYTES && packUuid(this.bytes, 0, this.#uuid);
    return this.#isPacked ? this.#uuid : undefined;
  }
}
