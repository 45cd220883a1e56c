/*
 * What every bench shares: its options, the compiled project that it measures, and one way to tell a figure.
 *
 *     const { values, load, report, note } = readBench({ facts: '1000000' });
 *     const { createEngine } = await load('engine/create-engine.js');
 *     report({ name: 'verify', figure: 2.1e6, unit: 'facts/s', baseline: 'the pipe', ratio: 0.6, bar: { least: 1 } });
 *
 * Every bench takes `--dist DIR`, where the compiled project lies, and `--json`: a line of JSON for each figure, which
 * `run.mjs` gathers, instead of a line for people.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { printFigure } from './print-figure.mjs';

/** `defaults`: further options and the texts they have when they are not given. */
export function readBench(defaults = {}) {
  const texts = Object.entries({ dist: 'dist', ...defaults });
  const options = Object.fromEntries(texts.map(([name, text]) => [name, { type: 'string', default: text }]));
  const { values } = parseArgs({ options: { ...options, json: { type: 'boolean', default: false } } });
  const dist = resolve(values.dist);
  return {
    values: { ...values, dist },
    /** A module of the project under test, by its path below `src`. */
    load: (path) => import(pathToFileURL(resolve(dist, 'src', path)).href),
    report: (figure) => console.log(values.json ? JSON.stringify(figure) : printFigure(figure)),
    /** For people only. */
    note: (text) => {
      if (!values.json) console.log(text);
    },
  };
}

/** The middle one; of an even number the greater of the two. */
export function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}
