import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseFactLine, printFactLine } from '../../src/facts/fact-line.ts';
import { writeSnapshot } from '../../src/snapshot/write-snapshot.ts';
import { contentOf, role, summaryOf, temporaryDirectory } from './support/sample-snapshot.ts';

test('says so when the disk gives other bytes than were written and verified', async () => {
  using directory = temporaryDirectory();
  const noise = Array.from({ length: 70_000 }, (_, i) => role(`${Math.sin(i)}`, `${Math.cos(i)}`));
  let damaged = 0;
  const progress = (stage: string, doneBytes: number, totalBytes: number) => {
    if (stage !== 'check' || doneBytes === totalBytes) return;
    const [name = ''] = readdirSync(directory.path);
    const descriptor = openSync(directory.file(name), 'r+');
    damaged += writeSync(descriptor, 'damage', totalBytes - 100);
    closeSync(descriptor);
  };
  await expect(writeSnapshot(directory.file('a'), contentOf(noise), { progress })).rejects.toMatchObject({
    code: 'SNAPSHOT_INVALID',
    message: expect.stringContaining('was written but cannot be read back: its bytes do not match the SHA-256'),
  });
  expect(damaged).toBe('damage'.length);
  expect(readdirSync(directory.path)).toEqual([]);
});

test.each([
  {
    name: 'whose lines are not in order',
    lines: () => [role('bob', 'acme'), role('alice', 'acme')].map(printFactLine).join(''),
    fault: 'line 2 of facts.jsonl is wrong: it is not in order, or repeats the line before',
  },
  {
    name: 'that unpack to more than a reader takes',
    lines: () => {
      const longest = '\0'.repeat(500);
      const facts = Array.from({ length: 8000 }, (_, i) => ({
        predicate: 'p',
        args: ['', '', '', '', 10_000 + i].map((end) => ({ type: 'T', id: `${longest}${end}` })),
      }));
      return facts.map(printFactLine).join('');
    },
    fault: 'it unpacks to more bytes than a reader allows',
  },
])('refuses facts $name, though they are those of the summary', async ({ lines, fault }) => {
  using directory = temporaryDirectory();
  const bytes = Buffer.from(lines());
  const digest = createHash('sha256').update(bytes).digest('hex');
  const facts = bytes.toString().split('\n').slice(0, -1).map(parseFactLine);
  const content = contentOf([], {
    facts: [bytes],
    summary: { ...summaryOf(facts), digest, lineBytes: bytes.length },
  });
  const path = directory.file('a');
  await expect(writeSnapshot(path, content)).rejects.toMatchObject({
    code: 'SNAPSHOT_INVALID',
    message: `\`${path}\` was written but cannot be read back: ${fault}`,
  });
  expect(readdirSync(directory.path)).toEqual([]);
});
