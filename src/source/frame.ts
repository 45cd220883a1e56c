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
  const indent = text.slice(shownStart, span.start).replace(/[^\t]/gu, (char) => ' '.repeat(columnsOf(char)));
  const marked = text.slice(span.start, Math.min(span.end, shownEnd));
  const underline = '^'.repeat(
    Math.max(
      1,
      [...marked].reduce((sum, char) => sum + columnsOf(char), 0),
    ),
  );
  const shown = visible(text.slice(shownStart, shownEnd));
  return `${gutter} | ${shown}\n${' '.repeat(gutter.length)} | ${indent}${underline}`;
}

/** Letters that terminals show two columns wide (East Asian Wide and Fullwidth), below U+10000. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/u;

/** Columns of a terminal that a character takes: an accent that is put on a letter takes none, an emoji two. */
function columnsOf(char: string): number {
  if (/[\p{Mn}\p{Me}]/u.test(char)) return 0;
  return WIDE.test(char) ? 2 : char.length;
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
