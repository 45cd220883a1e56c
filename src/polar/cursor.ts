import { OsoError } from '../errors/oso-error.ts';
import { quote } from '../errors/quote.ts';
import { positionAt, type Source, type Span } from '../source/source.ts';
import { foreignHint } from './foreign-syntax.ts';
import { nextToken } from './lexer.ts';
import { isReserved, type Token } from './token.ts';

/** Deepest nesting of parentheses and `not`. A limit of our own: the parser recurses (polar reference, 12.34). */
export const MAX_NESTING = 200;

/** A place in the tokens of one source, with one token of look-ahead. Each token is read once. */
export class Cursor {
  readonly source: Source;
  #token: Token;
  #ahead: Token | undefined;
  #previous: Token | undefined;
  #depth = 0;
  #tokensRead = 0;

  /** Throws POLAR_SYNTAX when the text does not start with a token; so do all functions that move. */
  constructor(source: Source) {
    this.source = source;
    this.#token = this.#read(0);
  }

  /** The token that the next {@link advance} takes. */
  get token(): Token {
    return this.#token;
  }

  /** Tokens read from the text so far: the work done. */
  get tokensRead(): number {
    return this.#tokensRead;
  }

  /** The token behind {@link token}. */
  peek(): Token {
    this.#ahead ??= this.#read(this.#token.end);
    return this.#ahead;
  }

  /** Takes the token. */
  advance(): Token {
    const taken = this.#token;
    this.#token = this.peek();
    this.#ahead = undefined;
    this.#previous = taken;
    return taken;
  }

  /** Whether the token is this symbol or word. */
  at(text: string): boolean {
    return this.#token.text === text && this.#token.kind !== 'end';
  }

  /** Takes the token when it is this symbol or word. */
  take(text: string): boolean {
    if (!this.at(text)) return false;
    this.advance();
    return true;
  }

  /** Takes this symbol or word. Throws POLAR_SYNTAX when something else stands here. */
  expect(text: string, hint?: string): Token {
    return this.at(text) ? this.advance() : this.fail(`\`${text}\``, hint);
  }

  /** From `start` to the end of the last token taken. */
  spanFrom(start: number): Span {
    return { source: this.source, start, end: this.#previous?.end ?? start };
  }

  /** Runs a parse function one level deeper. Throws POLAR_COMPLEX below MAX_NESTING. */
  nested<T>(parse: (cursor: Cursor) => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_NESTING) {
      throw new OsoError('POLAR_COMPLEX', `an expression is nested deeper than ${MAX_NESTING} levels`, {
        span: this.spanFrom(this.#previous?.start ?? 0),
        hint: 'give a part of it a name of its own, as a rule',
      });
    }
    const node = parse(this);
    this.#depth -= 1;
    return node;
  }

  /**
   * Throws POLAR_SYNTAX: `expected` (as it reads in a sentence), found the token. A hint about the token itself, when it
   * comes from another language, goes before the given one.
   */
  fail(expected: string, hint?: string): never {
    const foreign = foreignHint(this.#token.text) ?? foreignHint(this.#previous?.text ?? '');
    throw new OsoError('POLAR_SYNTAX', `expected ${expected}, found ${describe(this.#token)}`, {
      span: this.#spanOfFound(),
      hint: foreign ?? hint ?? (expected.endsWith('`;`') ? 'did you forget a semicolon?' : undefined),
    });
  }

  /** A hint for a text that ends before the bracket at `start` is closed. */
  unclosed(start: number): string {
    return `the \`${this.source.text[start]}\` on line ${positionAt(this.source, start).line} is not closed`;
  }

  /** The end of a file is shown behind the last token, where something is missing. */
  #spanOfFound(): Span {
    const { kind, start, end } = this.#token;
    if (kind !== 'end') return { source: this.source, start, end };
    const last = this.#previous?.end ?? 0;
    return { source: this.source, start: last, end: last };
  }

  #read(offset: number): Token {
    this.#tokensRead += 1;
    return nextToken(this.source, offset);
  }
}

function describe(token: Token): string {
  if (token.kind === 'end') return 'the end of the file';
  if (token.kind === 'string') return `the string ${quote(token.text)}`;
  return isReserved(token.text) ? `the keyword ${quote(token.text)}` : quote(token.text);
}
