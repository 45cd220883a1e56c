import { expect, test } from 'vitest';
import { memberHeader, readFirstHeader } from '../../src/snapshot/tar-layout.ts';

const LARGEST = 2 ** 33 - 1;

test('a plain header holds the largest size and the latest time of the format', () => {
  const place = { name: 'manifest.json', sizeBytes: LARGEST, takenAtSeconds: LARGEST } as const;
  expect(readFirstHeader(memberHeader(place))).toEqual(place);
});

test('what does not fit a plain header is not written into one', () => {
  const place = { name: 'facts.jsonl', sizeBytes: LARGEST + 1, takenAtSeconds: 0 } as const;
  expect(() => memberHeader(place)).toThrow('facts.jsonl does not fit a plain tar header');
});
