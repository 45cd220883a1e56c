/** Longer words are not compared: nobody mistypes one letter of a paragraph. In UTF-16 units. */
const MAX_WORD = 40;

/** More names than this are not searched: the hint is not worth the time. */
const MAX_CANDIDATES = 2_000;

/**
 * The candidate that a mistyped word most likely meant: equal but for case, or the fewest edits away, at most one edit for
 * every three letters and never as many as there are letters. The first of equals. Absent when none is near, or the word
 * itself is a candidate.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > MAX_WORD) return undefined;
  const lowered = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.min(word.length, Math.max(1, Math.floor(word.length / 3)) + 1);
  let seen = 0;
  for (const candidate of candidates) {
    seen += 1;
    if (candidate === word || seen > MAX_CANDIDATES) return candidate === word ? undefined : best;
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(lowered, candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const substitution = at(last, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = swapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(substitution, at(last, j) + 1, at(row, j - 1) + 1, swap));
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
