/*
 * One row of the table that benches print.
 *
 * A figure has a `name`, the same in every run, a number `figure` and its `unit`. Where something was measured beside it
 * in the same minute, `baseline` names that, and `ratio` is the figure in times of it. A `bar` is what was promised:
 * `{ least }` or `{ most }`, of the ratio where there is one, or of the figure with `of: 'figure'`.
 */
const WIDTHS = { name: 46, figure: 24, ratio: 38, bar: 10 };

export function printHeading() {
  return row({ name: 'what', figure: 'figure', ratio: 'in times of the baseline', bar: 'bar' });
}

/** `other`: the same figure of another build, in times of which this one is told. */
export function printFigure({ name, figure, unit, baseline, ratio, bar }, other) {
  const compared = other === undefined ? '' : `  ${rounded(figure / other.figure)} × the other build`;
  return `${row({
    name,
    figure: `${rounded(figure)} ${unit}`,
    ratio: ratio === undefined ? '' : `${rounded(ratio)} × ${baseline}`,
    bar: bar === undefined ? '' : `${bar.least === undefined ? '≤' : '≥'} ${rounded(bar.least ?? bar.most)}`,
  })}  ${verdict({ figure, ratio, bar })}${compared}`.trimEnd();
}

/** `met`, `missed`, or nothing where nothing was promised. */
export function verdict({ figure, ratio, bar }) {
  if (bar === undefined) return '      ';
  const measured = bar.of === 'figure' ? figure : (ratio ?? figure);
  return measured >= (bar.least ?? measured) && measured <= (bar.most ?? measured) ? 'met   ' : 'missed';
}

function row(cells) {
  return Object.entries(WIDTHS)
    .map(([cell, width]) => cells[cell].padEnd(width))
    .join('  ')
    .trimEnd()
    .padEnd(Object.values(WIDTHS).reduce((sum, width) => sum + width + 2, -2));
}

/** Three digits that say something, the thousands apart. */
function rounded(number) {
  if (Math.abs(number) >= 100) return Math.round(number).toLocaleString('en');
  return String(Number(number.toPrecision(3)));
}
