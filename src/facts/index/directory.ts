import { describeJson } from '../describe-json.ts';
import { damaged } from './damaged.ts';
import { HEADER_BYTES } from './format.ts';

/*
 * The directory of an index file: JSON in the shape of `Directory`. Everything that a reader takes from the file is
 * either checked here once or at each use, so that no file, however made, can do more than be refused.
 */

export interface Section {
  readonly offset: number;
  readonly length: number;
  readonly crc32: number;
}

/** `count` integers, each `base` plus `width` stored bytes. */
export interface PackedSection extends Section {
  readonly count: number;
  readonly width: number;
  readonly base: number;
}

export interface SlotsEntry {
  readonly table: PackedSection;
  readonly homes: number;
  readonly maxProbes: number;
  readonly blockBits: number;
}

export interface TypeEntry {
  readonly name: string;
  readonly idCount: number;
  readonly texts: Section;
  readonly blocks: PackedSection;
  readonly slots: SlotsEntry | null;
}

export interface OrderEntry {
  readonly lead: number;
  /** Null when dense. */
  readonly keys: PackedSection | null;
  readonly keyCount: number;
  readonly firstKey: number;
  /** Null when every key has one row. */
  readonly offsets: PackedSection | null;
  /** All columns but the leading one, from left to right. */
  readonly columns: readonly PackedSection[];
  /** Distinct values of the first column of the order, of the first two, and so on. */
  readonly distinct: readonly number[];
}

export interface RelationEntry {
  readonly predicate: string;
  /** Positions in `types`. */
  readonly types: readonly number[];
  readonly rowCount: number;
  readonly orders: readonly OrderEntry[];
}

export interface Directory {
  readonly types: readonly TypeEntry[];
  readonly relations: readonly RelationEntry[];
  /** Of the canonical lines of all facts; see facts/fact-sink.ts. */
  readonly digest: string;
  readonly lineBytes: number;
}

/** Every section of a directory, in the order of the file. */
export function listSections(directory: Directory): readonly Section[] {
  const { types, relations } = directory;
  const ofOrder = ({ keys, offsets, columns }: OrderEntry) => [keys, offsets, ...columns];
  return [
    ...types.flatMap(({ texts, blocks }) => [texts, blocks]),
    ...relations.flatMap(({ orders }) => orders.flatMap(ofOrder)),
    ...types.map(({ slots }) => slots?.table ?? null),
  ].filter((section) => section !== null);
}

/** Where the last section ends. */
export function sectionsEnd(directory: Directory): number {
  const last = listSections(directory).at(-1);
  return last === undefined ? HEADER_BYTES : last.offset + last.length;
}

/** Where the hash slots begin: a reader may leave out what follows. */
export function slotsStart(directory: Directory): number {
  const first = directory.types.find(({ slots }) => slots !== null);
  return first?.slots?.table.offset ?? sectionsEnd(directory);
}

/** Throws INDEX_INVALID when the text is not a directory. What its numbers mean is checked by check-directory.ts. */
export function parseDirectory(text: string): Directory {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw damaged('its directory is not JSON', cause);
  }
  const fields = object(json);
  return {
    types: array(fields['types']).map(parseType),
    relations: array(fields['relations']).map(parseRelation),
    digest: string(fields['digest']),
    lineBytes: integer(fields['lineBytes']),
  };
}

function parseType(json: unknown): TypeEntry {
  const fields = object(json);
  return {
    name: string(fields['name']),
    idCount: integer(fields['idCount']),
    texts: parseSection(fields['texts']),
    blocks: parsePacked(fields['blocks']),
    slots: orNull(fields['slots'], parseSlots),
  };
}

function parseSlots(json: unknown): SlotsEntry {
  const fields = object(json);
  return {
    table: parsePacked(fields['table']),
    homes: integer(fields['homes']),
    maxProbes: integer(fields['maxProbes']),
    blockBits: integer(fields['blockBits']),
  };
}

function parseRelation(json: unknown): RelationEntry {
  const fields = object(json);
  return {
    predicate: string(fields['predicate']),
    types: array(fields['types']).map(integer),
    rowCount: integer(fields['rowCount']),
    orders: array(fields['orders']).map(parseOrder),
  };
}

function parseOrder(json: unknown): OrderEntry {
  const fields = object(json);
  return {
    lead: integer(fields['lead']),
    keys: orNull(fields['keys'], parsePacked),
    keyCount: integer(fields['keyCount']),
    firstKey: integer(fields['firstKey']),
    offsets: orNull(fields['offsets'], parsePacked),
    columns: array(fields['columns']).map(parsePacked),
    distinct: array(fields['distinct']).map(integer),
  };
}

function parsePacked(json: unknown): PackedSection {
  const fields = object(json);
  const count = integer(fields['count']);
  const width = integer(fields['width']);
  const base = integer(fields['base']);
  const section = parseSection(json);
  if (width > 4 || section.length !== count * width) throw damaged('a packed array does not fill its section');
  return { ...section, count, width, base };
}

function parseSection(json: unknown): Section {
  const fields = object(json);
  return { offset: integer(fields['offset']), length: integer(fields['length']), crc32: integer(fields['crc32']) };
}

function orNull<T>(json: unknown, parse: (json: unknown) => T): T | null {
  return json === null ? null : parse(json);
}

function object(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong('an object', json);
  return { ...json };
}

function array(json: unknown): readonly unknown[] {
  if (!Array.isArray(json)) throw wrong('an array', json);
  return json;
}

function string(json: unknown): string {
  if (typeof json !== 'string') throw wrong('a string', json);
  return json;
}

function integer(json: unknown): number {
  if (typeof json === 'number' && Number.isSafeInteger(json) && json >= 0) return json;
  throw wrong('a whole number', json);
}

function wrong(expected: string, json: unknown): Error {
  return damaged(`its directory should have ${expected} where it has ${describeJson(json)}`);
}
