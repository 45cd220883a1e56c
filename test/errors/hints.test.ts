import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
/** What is called a hint in the source, up to the end of its statement or property. */
const HINT = /\b(?:\w*_HINTS?|HINTS?|NOT_OSO|WHERE|hint)\b(?::| =) [^;]*?(?=;\n|,\n\s*(?:\}|\w+[:,])| \}|\n\n)/gu;
const TEXT = /'((?:[^'\\\n]|\\.)+)'|`((?:[^`\\]|\\.)+)`/gu;

function hintsOf(source: string): string[] {
  return [...source.matchAll(HINT)].flatMap(([hint]) =>
    [...hint.matchAll(TEXT)].map(([, quoted, template]) => quoted ?? template ?? ''),
  );
}

test('all hints start small and have no full stop', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const hints = files.flatMap((name) => hintsOf(readFileSync(join(SRC, name), 'utf8')));
  expect(hints.length).toBeGreaterThan(100);
  expect(hints.filter((hint) => /^[A-Z][a-z]* |\.$/u.test(hint))).toEqual([]);
});
