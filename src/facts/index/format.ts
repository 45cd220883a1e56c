/*
 * The index file, format version 2: all facts of one environment, immutable, ready to be asked. Integers are
 * little-endian. Every byte is covered by a checksum or compared with a constant.
 *
 *     file      = header section* directory footer
 *     header    = "OSOFACTS" (8 bytes), format version (4), zero (4)
 *     directory = JSON: what the sections mean, and offset, length and checksum (CRC-32) of each; see directory.ts
 *     footer    = directory length (4), directory checksum (4), "OSOFACTS" (8)
 *
 * Sections lie end to end in this order: for each type its texts and block offsets; for each relation its orders; for
 * each type its hash slots. So a reader with little memory can hold a prefix of the file and do without hash slots.
 *
 * _Packed array_: integers of the same width, 0 to 4 bytes, to each of which a base is added. Width and base are those
 * that the values need; when all are equal the width is 0 and the section empty.
 *
 * _Dictionary_, one a type. The ids of a type, sorted by UTF-8 bytes, are numbered from 0: the dense ids. They lie in
 * blocks of 16, each id as what it adds to the one before it in its block; or, when all ids of a block are UUIDs (8-4-4-4-12
 * lower-case digits), packed into 16 bytes each, of which those that all have in common are written once:
 *
 *     texts = block*
 *     block = (token more-shared* more-added* added-bytes)* | (16 + common) common-bytes other-bytes*
 *     token = bytes shared with the id before (high 4 bits), bytes added (low 4 bits); 15 says that more follows: bytes
 *             to be added, up to and including the first below 255. The first id of a block shares nothing.
 *     block offsets = packed array: where in `texts` each block starts
 *     hash slots    = 4 bytes each, zero when free: block + 1 in the low `blockBits` bits, the low bits of the hash above
 *
 * The home of an id is its hash (`hashBytes` of hash-id.ts) × homes ÷ 2^32. Its slot is that or one behind it, with no
 * free slot between, the `maxProbes`th at most; ids lie in the order of their homes. The table has `maxProbes` more slots
 * than homes and never wraps. A type whose ids crowd too much has no slots and is searched by bisection.
 *
 * _Relation_, one a signature, in canonical order (facts/fact-line.ts). Its rows are a set of tuples of dense ids, and
 * are held in one or more _orders_. An order leads with one column and is sorted by it, then by the other columns from
 * left to right. The first leads with column 0, which is canonical order; then one for each other column whose type is
 * not String, Integer or Boolean, or for every column when the relation has no such column at all.
 *
 *     order   = keys offsets column*
 *     keys    = packed array: the distinct ids of the leading column; none when the order is dense: then the keys are
 *               all numbers from `firstKey` on, and some may have no rows
 *     offsets = packed array: first row of each key, and the number of rows; none when every key has one row
 *     column  = packed array: the dense ids of each other column
 *
 * A handle is the dense id plus the number of ids of all types before its own, types being sorted by name.
 */

export const MAGIC = Buffer.from('OSOFACTS');
export const FORMAT_VERSION = 2;
/** Version 1 had no packed UUIDs, and is otherwise the same. */
export const OLDEST_VERSION = 1;
export const HEADER_BYTES = 16;
export const FOOTER_BYTES = 16;

/** Ids in a block: a lookup decodes half a block, so more is slower; each block costs a whole id, so fewer is larger. */
export const BLOCK_IDS = 16;
export const BLOCK_SHIFT = 4;

/** Added to the number of common bytes, it begins a block of packed UUIDs: no first token of a block is that large. */
export const PACKED_BLOCK = 16;

/** A token cannot hold this or more; the rest follows. */
export const TOKEN_LIMIT = 15;

/** Homes for three ids. */
export const HOMES_PER_THREE = 4;

/** Slots looked at for one id at most, and slots in a row that one more id may push on: ten million honest ids need 430. */
export const MAX_PROBES = 1024;

/** Far above what signatures need; keeps a damaged length from asking for memory. */
export const MAX_DIRECTORY_BYTES = 256 * 2 ** 20;
