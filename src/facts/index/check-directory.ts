import { checkText } from '../check-fact.ts';
import { compareStrings } from '../compare-strings.ts';
import { MAX_FACT_ARITY } from '../fact.ts';
import { compareSignatures } from '../signature.ts';
import { damaged } from './damaged.ts';
import { type Directory, listSections, type OrderEntry, type RelationEntry, type TypeEntry } from './directory.ts';
import { BLOCK_IDS, HEADER_BYTES, MAX_PROBES } from './format.ts';

/**
 * Throws INDEX_INVALID unless the parts of a directory agree with each other and with the file: sections lie end to end
 * from the header to the directory, counts fit, names are sorted.
 */
export function checkDirectory(directory: Directory, directoryOffset: number): void {
  checkSections(directory, directoryOffset);
  const { types, relations } = directory;
  for (const type of types) checkType(type);
  for (const relation of relations) checkRelation(relation, types);
  require(isAscending(types, (a, b) => compareStrings(a.name, b.name)), 'its types are not in order');
  const signatures = relations.map((relation) => ({
    predicate: relation.predicate,
    types: relation.types.map((type) => (types[type] as TypeEntry).name),
  }));
  require(isAscending(signatures, compareSignatures), 'its relations are not in order');
  const valueCount = types.reduce((sum, { idCount }) => sum + idCount, 0);
  require(valueCount < 2 ** 31, 'it has too many ids');
  require(/^[0-9a-f]{64}$/.test(directory.digest), 'its digest is not a SHA-256');
}

function checkSections(directory: Directory, directoryOffset: number): void {
  let end = HEADER_BYTES;
  for (const { offset, length } of listSections(directory)) {
    require(offset === end, 'its sections do not lie end to end');
    end += length;
  }
  require(end === directoryOffset, 'its sections do not lie end to end');
}

function checkType({ name, idCount, texts, blocks, slots }: TypeEntry): void {
  checkName('type', name);
  require(idCount > 0 && idCount < 2 ** 31, 'a type has no ids');
  require(blocks.count === Math.ceil(idCount / BLOCK_IDS), 'a type has too few or too many blocks');
  require(texts.length < 2 ** 32, 'a type has too much text');
  if (slots === null) return;
  const { table, homes, maxProbes, blockBits } = slots;
  require(table.width === 4 && table.base === 0, 'hash slots are not four bytes each');
  require(maxProbes >= 1 && maxProbes <= MAX_PROBES && table.count === homes + maxProbes, 'hash slots do not fit');
  require(homes > 0 && blockBits >= 1 && blockBits <= 31, 'hash slots do not fit');
}

function checkRelation({ predicate, types, rowCount, orders }: RelationEntry, known: readonly TypeEntry[]): void {
  checkName('predicate', predicate);
  require(types.length <= MAX_FACT_ARITY && types.every((type) => type < known.length), 'a relation has unknown types');
  require(rowCount > 0 && rowCount < 2 ** 31, 'a relation has no rows');
  if (types.length === 0) {
    require(rowCount === 1 && orders.length === 0, 'a relation without columns has one row and no order');
    return;
  }
  require(orders[0]?.lead === 0, 'a relation has no canonical order');
  for (const order of orders) checkOrder(order, types.length, rowCount);
}

function checkOrder(order: OrderEntry, arity: number, rowCount: number): void {
  const { lead, keys, keyCount, offsets, columns, distinct } = order;
  require(lead < arity && columns.length === arity - 1, 'an order has too few or too many columns');
  require(columns.every(({ count }) => count === rowCount), 'a column has too few or too many rows');
  require(keyCount > 0 && (keys === null || keys.count === keyCount), 'an order has too few or too many keys');
  require((offsets === null ? rowCount : offsets.count - 1) === keyCount, 'an order has too few or too many offsets');
  require(distinct.length === arity &&
    distinct.every((count) => count > 0 && count <= rowCount), 'an order has wrong counts');
}

function checkName(part: 'type' | 'predicate', name: string): void {
  try {
    checkText(part, name);
  } catch (cause) {
    throw damaged(`a ${part} has no valid name`, cause);
  }
}

function isAscending<T>(items: readonly T[], compare: (a: T, b: T) => number): boolean {
  return items.every((item, index) => {
    const before = items[index - 1];
    return before === undefined || compare(before, item) < 0;
  });
}

function require(holds: boolean, otherwise: string): void {
  if (!holds) throw damaged(otherwise);
}
