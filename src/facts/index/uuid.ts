/** Bytes of a UUID as text and packed. */
export const UUID_TEXT_BYTES = 36;
export const UUID_BYTES = 16;

const DASH = 0x2d;
/** Where in the text the two digits of each byte begin. */
const DIGITS_AT = Uint8Array.from([0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]);
const DASHES_AT = [8, 13, 18, 23] as const;

const HEX = Buffer.from('0123456789abcdef');
/** Larger than any digit, and visible in the high bits of whatever it is made part of. */
const NO_DIGIT = 0x8000;
const DIGIT_OF = new Uint16Array(256).fill(NO_DIGIT);
for (const [digit, character] of HEX.entries()) DIGIT_OF[character] = digit;

/**
 * Packs the text of a UUID into 16 bytes: false, and nothing of use in the target, unless it has 8-4-4-4-12 lower-case
 * digits. Packed UUIDs sort as their texts do. Other spellings are other ids, so only this one is packed.
 */
export function packUuid(text: Uint8Array, start: number, target: Uint8Array): boolean {
  let seen = 0;
  for (let byte = 0; byte < UUID_BYTES; byte++) {
    const at = start + (DIGITS_AT[byte] as number);
    const high = DIGIT_OF[text[at] as number] as number;
    const low = DIGIT_OF[text[at + 1] as number] as number;
    target[byte] = (high << 4) | low;
    seen |= high | low;
  }
  return seen < NO_DIGIT && DASHES_AT.every((at) => text[start + at] === DASH);
}

/** Writes the text of a packed UUID to the first 36 bytes of the target. */
export function printUuid(packed: Uint8Array, target: Uint8Array): void {
  for (let byte = 0; byte < UUID_BYTES; byte++) {
    const at = DIGITS_AT[byte] as number;
    const value = packed[byte] as number;
    target[at] = HEX[value >>> 4] as number;
    target[at + 1] = HEX[value & 15] as number;
  }
  for (const at of DASHES_AT) target[at] = DASH;
}
