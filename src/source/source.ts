/** A text and the name that messages give it, such as `policy.polar`. */
export interface Source {
  readonly name: string;
  readonly text: string;
}

/** A stretch of a source: UTF-16 offsets, half-open (`start` included, `end` not). */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** A place as people write it: both numbers start at 1; the column counts UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The position of an offset. Lines end at LF; a CR before it belongs to the line break. */
export function positionAt(source: Source, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (let next = source.text.indexOf('\n'); next !== -1 && next < offset; next = source.text.indexOf('\n', next + 1)) {
    line += 1;
    lineStart = next + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
