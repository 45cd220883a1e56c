import type { Dictionary, FactReader, Relation } from '../facts/fact-reader.ts';
import { matchRows } from './match-rows.ts';
import type { FactsFilter } from './wire/facts-filter.ts';

/** Characters handed over at once: large enough for few writes, small enough for many listings at a time. */
const PIECE_LENGTH = 64 * 1024;

/** The matching facts as one JSON array (api reference, 4.9), in pieces; the last one is returned. */
export function* printFacts(facts: FactReader, filter: FactsFilter): Generator<string, string> {
  let piece = '[';
  let separator = '';
  for (const relation of facts.relations) {
    const print = rowPrinter(relation, facts.dictionary);
    for (const row of matchRows(relation, facts.dictionary, filter)) {
      piece += separator + print(row);
      separator = ',';
      if (piece.length < PIECE_LENGTH) continue;
      yield piece;
      piece = '';
    }
  }
  return `${piece}]`;
}

function rowPrinter(relation: Relation, dictionary: Dictionary): (row: readonly number[]) => string {
  const head = `{"predicate":${JSON.stringify(relation.predicate)},"args":[`;
  const types = relation.types.map((type) => `{"type":${JSON.stringify(type)},"id":`);
  return (row) => {
    const args = row.map((handle, column) => `${types[column]}${JSON.stringify(dictionary.valueOf(handle).id)}}`);
    return `${head}${args.join(',')}]}`;
  };
}
