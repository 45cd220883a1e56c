/** What matters of a type that data bindings declare for a column. */
export type SqlType =
  | { readonly kind: 'integer'; readonly least: bigint; readonly most: bigint }
  | { readonly kind: 'decimal' | 'uuid' | 'boolean' | 'other' }
  | { readonly kind: 'text'; readonly maxLength: number };

const INTEGER = /^\s*(?:tinyint|smallint|mediumint|int|integer|bigint|int[248]|(?:small|big)?serial)\b/iu;
const DECIMAL = /^\s*(?:numeric|decimal)\b/iu;
const UUID = /^\s*uuid\s*$/iu;
const BOOLEAN = /^\s*bool(?:ean)?\s*$/iu;
const BOUNDED_TEXT = /^\s*(?:character varying|varchar|char|character|nvarchar|nchar|bpchar)\s*\(\s*(\d+)\s*\)/iu;

export function readSqlType(declared: string): SqlType {
  if (INTEGER.test(declared)) return integerOf(declared);
  if (DECIMAL.test(declared)) return { kind: 'decimal' };
  if (UUID.test(declared)) return { kind: 'uuid' };
  if (BOOLEAN.test(declared)) return { kind: 'boolean' };
  const length = BOUNDED_TEXT.exec(declared)?.[1];
  return length === undefined ? { kind: 'other' } : { kind: 'text', maxLength: Number(length) };
}

function integerOf(declared: string): SqlType {
  const bits = BigInt(bitsOf(declared));
  if (/\bunsigned\b/iu.test(declared)) return { kind: 'integer', least: 0n, most: 2n ** bits - 1n };
  return { kind: 'integer', least: -(2n ** (bits - 1n)), most: 2n ** (bits - 1n) - 1n };
}

function bitsOf(declared: string): number {
  if (/big|int8/iu.test(declared)) return 64;
  return /small|tiny|int2/iu.test(declared) ? 16 : 32;
}

const WHOLE = /^(?:0|-?[1-9]\d{0,19})$/u;
const UUID_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;

/** Whether a column of this type can hold the id; a cast of another one would fail, or change it. */
export function holdsId(type: SqlType, id: string): boolean {
  switch (type.kind) {
    case 'integer':
      return WHOLE.test(id) && type.least <= BigInt(id) && BigInt(id) <= type.most;
    case 'decimal':
      return WHOLE.test(id);
    case 'uuid':
      return UUID_ID.test(id);
    case 'boolean':
      return id === 'true' || id === 'false';
    case 'text':
      return [...id].length <= type.maxLength;
    case 'other':
      return true;
  }
}

/** Whether the id is a number that is not written as SQL would write it, so that a column of numbers takes it for another one. */
export function isOddNumber(id: string): boolean {
  return /^[\s+-]*[.\d]/u.test(id) && !WHOLE.test(id) && !UUID_ID.test(id);
}
