import { compareStrings } from './compare-strings.ts';

/** What facts of one relation share: a predicate and the exact type of each argument. */
export interface Signature {
  readonly predicate: string;
  readonly types: readonly string[];
}

/** Canonical order: by predicate, number of arguments, types; names by code point. */
export function compareSignatures(a: Signature, b: Signature): number {
  let order = compareStrings(a.predicate, b.predicate) || a.types.length - b.types.length;
  for (let column = 0; order === 0 && column < a.types.length; column++) {
    order = compareStrings(a.types[column] as string, b.types[column] as string);
  }
  return order;
}

/** `has_role(User,String,Organization)`. For people and for keys of counts. */
export function printSignature({ predicate, types }: Signature): string {
  return `${predicate}(${types.join(',')})`;
}
