import { OsoError } from '../errors/oso-error.ts';
import type { Source } from '../source/source.ts';
import type { Token, TokenKind } from './token.ts';

/*
 * Names are anything but ASCII punctuation, white space, control characters and broken surrogates; `_` is a letter
 * (polar reference, 1.8 and 1.9). Every expression is sticky and its alternatives start differently, so that reading a
 * text is linear in its length.
 */
const LETTER = String.raw`[^!-\/:-@\[-\^\x60\{-~\s\p{Cc}\p{Cs}]`;
const NAME = String.raw`(?![0-9])${LETTER}+(?:::${LETTER}+)*(?:\?(?!=))?`;

const WHITE_SPACE = /\s+/y;
const COMMENT = /#[^\n]*/y;

/** In the order of preference; `foreign` stands before `symbol` for what merely starts like a symbol. */
const TOKENS: readonly { readonly kind: TokenKind; readonly pattern: RegExp }[] = [
  { kind: 'symbol', pattern: /matches!(?!=)/y },
  { kind: 'name', pattern: new RegExp(NAME, 'uy') },
  { kind: 'string', pattern: /"[^"\\\r\n\p{Cs}]*(?:\\(?:\r\n|[^\p{Cs}])[^"\\\r\n\p{Cs}]*)*"/uy },
  { kind: 'foreign', pattern: /===?|!==|:=|=>|->|&&|\|\||\/\/|\/\*/y },
  { kind: 'symbol', pattern: /<=|>=|!=|\?=|[(){}[\],;:=<>+-]/y },
  { kind: 'number', pattern: /(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y },
  { kind: 'flag', pattern: new RegExp(`@${NAME}`, 'uy') },
  { kind: 'foreign', pattern: /[!-~]/y },
];

/**
 * The first token at or behind `offset`, which must not lie inside a token. White space and comments are skipped.
 * Throws POLAR_SYNTAX for a string that is not closed on its line and for characters that no text can have.
 */
export function nextToken(source: Source, offset: number): Token {
  const { text } = source;
  const start = skipTrivia(text, offset);
  if (start === text.length) return { kind: 'end', text: '', start, end: start };
  if (text[start] !== '"') return matchToken(text, start) ?? failAtCharacter(source, start);
  return matchToken(text, start, 'string') ?? failInString(source, start);
}

function skipTrivia(text: string, offset: number): number {
  let at = offset;
  for (;;) {
    const end = matchEnd(text[at] === '#' ? COMMENT : WHITE_SPACE, text, at);
    if (end === at) return at;
    at = end;
  }
}

function matchToken(text: string, start: number, only?: TokenKind): Token | undefined {
  for (const { kind, pattern } of TOKENS) {
    if (only !== undefined && kind !== only) continue;
    const end = matchEnd(pattern, text, start);
    if (end > start) return { kind, text: text.slice(start, end), start, end };
  }
  return undefined;
}

/** Where a match of a sticky pattern at `offset` ends; `offset` itself when there is none. */
function matchEnd(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : offset;
}

function failAtCharacter(source: Source, start: number): never {
  const code = source.text.charCodeAt(start);
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  throw new OsoError('POLAR_SYNTAX', `the character ${name} has no meaning here`, {
    span: { source, start, end: start + 1 },
    hint: isSurrogate(code) ? 'it is half of a surrogate pair: save the file as UTF-8' : 'remove the character',
  });
}

const CLOSED_PART = /"(?:[^"\\\r\n\p{Cs}]|\\(?:\r\n|[^\p{Cs}]))*/uy;

function failInString(source: Source, start: number): never {
  const end = matchEnd(CLOSED_PART, source.text, start);
  const stop = source.text[end] === '\\' ? end + 1 : end;
  if (isSurrogate(source.text.charCodeAt(stop))) failAtCharacter(source, stop);
  throw new OsoError('POLAR_SYNTAX', 'a string is not closed on its line', {
    span: { source, start, end },
    hint: 'close it with `"`; a line break inside a string is written `\\n`',
  });
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}
