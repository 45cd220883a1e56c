import { OsoError } from '../errors/oso-error.ts';
import { checkFact } from './check-fact.ts';
import { compareStrings } from './compare-strings.ts';
import { describeJson } from './describe-json.ts';
import { type Fact, MAX_FACT_ARITY, type Value } from './fact.ts';
import { compareSignatures, type Signature } from './signature.ts';

/*
 * The canonical text of a fact: one line, a flat JSON array without blanks,
 *
 *     ["has_role","User","alice","String","member","Organization","acme"]
 *
 * ended by LF. Canonical order of facts: by predicate, then number of arguments, then argument types, then ids from the
 * first argument on, each compared by code point. The digest of a set of facts is the SHA-256 of its lines in this order.
 */

/** The line of a fact, LF included. */
export function printFactLine(fact: Fact): string {
  let line = `[${JSON.stringify(fact.predicate)}`;
  for (const { type, id } of fact.args) line += `,${JSON.stringify(type)},${JSON.stringify(id)}`;
  return `${line}]\n`;
}

/** Parses one line (without LF). Throws FACT_INVALID saying what is wrong with it. */
export function parseFactLine(line: string): Fact {
  const [predicate, ...rest] = parseStrings(line);
  if (predicate === undefined) throw invalid('a fact line is an empty array; it needs at least a predicate');
  if (rest.length % 2 !== 0) {
    throw invalid(
      `a fact line holds a predicate and a type and an id for each argument, found ${rest.length + 1} strings`,
    );
  }
  const args: Value[] = [];
  for (let at = 0; at < rest.length; at += 2) args.push({ type: rest[at] as string, id: rest[at + 1] as string });
  const fact = { predicate, args };
  checkFact(fact);
  return fact;
}

/** Canonical order: negative, zero or positive. */
export function compareFacts(a: Fact, b: Fact): number {
  return compareSignatures(signatureOf(a), signatureOf(b)) || compareIds(a.args, b.args);
}

/**
 * No line of a valid fact is longer: eleven texts of 512 bytes, each byte written as `\u0000` at worst. Nesting, which
 * costs the JSON parser far more memory than the text, is bounded by it too.
 */
const MAX_LINE_UNITS = 2 + (2 * MAX_FACT_ARITY + 1) * (6 * 512 + 3);

function parseStrings(line: string): readonly string[] {
  if (line.length > MAX_LINE_UNITS) {
    throw invalid(`a fact line has ${line.length} characters, more than any fact needs`);
  }
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw invalid('a fact line is not JSON', cause);
  }
  if (!Array.isArray(json)) throw invalid(`a fact line must be a JSON array of strings, found ${describeJson(json)}`);
  return json.map((item: unknown, index) => {
    if (typeof item === 'string') return item;
    throw invalid(`a fact line must be a JSON array of strings, found ${describeJson(item)} at position ${index + 1}`);
  });
}

function invalid(message: string, cause?: unknown): OsoError {
  return new OsoError('FACT_INVALID', message, { cause });
}

function signatureOf({ predicate, args }: Fact): Signature {
  return { predicate, types: args.map(({ type }) => type) };
}

/** Of two facts with as many arguments. */
function compareIds(a: readonly Value[], b: readonly Value[]): number {
  for (const [column, { id }] of a.entries()) {
    const byId = compareStrings(id, (b[column] as Value).id);
    if (byId !== 0) return byId;
  }
  return 0;
}
