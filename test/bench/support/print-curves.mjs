/*
 * A small SVG of curves over logarithmic axes, light and dark alike:
 *
 *     printCurves({ title, x: { label, ticks }, y: { label, ticks }, curves: [{ name, points: [[x, y], …] }] })
 *
 * Ticks are numbers with their texts, in ascending order; the first and the last are the ends of the axis.
 */
const WIDTH = 720;
const HEIGHT = 400;
const PLOT = { left: 64, right: 560, top: 48, bottom: 344 };
/** Told apart by those who see no red or no green, and in grey. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];

export function printCurves({ title, x, y, curves }) {
  const atX = scale(x.ticks, PLOT.left, PLOT.right);
  const atY = scale(y.ticks, PLOT.bottom, PLOT.top);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(PLOT.left, 26, title, 'font-weight="bold"'),
    ...x.ticks.flatMap(([value, label]) => [
      line(atX(value), PLOT.top, atX(value), PLOT.bottom, '#ddd'),
      text(atX(value), PLOT.bottom + 20, label, 'text-anchor="middle"'),
    ]),
    ...y.ticks.flatMap(([value, label]) => [
      line(PLOT.left, atY(value), PLOT.right, atY(value), '#ddd'),
      text(PLOT.left - 8, atY(value) + 4, label, 'text-anchor="end"'),
    ]),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 42, x.label, 'text-anchor="middle"'),
    text(PLOT.left - 48, PLOT.top - 8, y.label, ''),
    ...curves.flatMap((curve, index) => drawCurve(curve, COLOURS[index % COLOURS.length], { atX, atY })),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function drawCurve({ name, points }, colour, { atX, atY }) {
  const places = points.map(([x, y]) => [round(atX(x)), round(atY(y))]);
  const [lastX, lastY] = places.at(-1);
  return [
    `<polyline points="${places.map((place) => place.join(',')).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3.5" fill="${colour}"/>`),
    ...points.map(([, y], index) =>
      text(
        places[index][0],
        places[index][1] - 9,
        String(Number(y.toPrecision(2))),
        `text-anchor="middle" font-size="11" fill="${colour}"`,
      ),
    ),
    text(lastX + 14, lastY + 4, name, `fill="${colour}"`),
  ];
}

/** Logarithmic, from the first tick to the last. */
function scale(ticks, from, to) {
  const [low, high] = [Math.log(ticks[0][0]), Math.log(ticks.at(-1)[0])];
  return (value) => from + ((Math.log(value) - low) / (high - low)) * (to - from);
}

function line(x1, y1, x2, y2, colour) {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}"/>`;
}

function text(x, y, words, attributes) {
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped(words)}</text>`;
}

function round(number) {
  return Math.round(number * 10) / 10;
}

function escaped(words) {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
