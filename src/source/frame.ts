import { positionAt, type Span } from './source.ts';

/** Longest part of a source line that a frame shows, in UTF-16 units; longer lines are cut around the span. */
const MAX_FRAME_WIDTH = 120;

/** `name:line:column`, both from 1. */
export function printPlace(span: Span): string {
  const { line, column } = positionAt(span.source, span.start);
  return `${span.source.name}:${line}:${column}`;
}

/**
 * The source line of a span with the span underlined:
 *
 *     2 |   has_rol(a, "admin", c);
 *       |   ^^^^^^^
 *
 * A span over several lines is underlined to the end of its first line.
 */
export function printFrame(span: Span): string {
  const { text } = span.source;
  const { line, column } = positionAt(span.source, span.start);
  const lineStart = span.start - (column - 1);
  const lineEnd = endOfLine(text, lineStart);
  const shownStart = lineStart + Math.max(0, column - 1 - MAX_FRAME_WIDTH / 2);
  const shownEnd = Math.min(lineEnd, shownStart + MAX_FRAME_WIDTH);
  const gutter = `${line}`;
  // What takes two UTF-16 units, such as an emoji, is as wide as two letters.
  const indent = text.slice(shownStart, span.start).replace(/[^\t]/gu, (char) => ' '.repeat(char.length));
  const underline = '^'.repeat(Math.max(1, Math.min(span.end, shownEnd) - span.start));
  const shown = visible(text.slice(shownStart, shownEnd));
  return `${gutter} | ${shown}\n${' '.repeat(gutter.length)} | ${indent}${underline}`;
}

/** Where the line that starts there ends: before LF or CR LF. */
function endOfLine(text: string, lineStart: number): number {
  const lineBreak = text.indexOf('\n', lineStart);
  if (lineBreak === -1) return text.length;
  return text[lineBreak - 1] === '\r' ? lineBreak - 1 : lineBreak;
}

/** Control characters would move the cursor of a terminal: shown as U+FFFD. Tabs stay. */
function visible(text: string): string {
  return text.replace(/(?!\t)\p{Cc}/gu, '\ufffd').trimEnd();
}
