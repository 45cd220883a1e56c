import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPolicyFiles } from '../../src/cli/read-policy-files.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'read-policy-files-'));
});
afterAll(() => rm(directory, { recursive: true }));

test('a byte order mark is no part of the text; everything else is', async () => {
  const path = join(directory, 'marked.polar');
  await writeFile(path, '\ufeffactor User {}\r\n\ufeff');
  expect(await readPolicyFiles([path])).toEqual([{ name: path, text: 'actor User {}\r\n\ufeff' }]);
});

test('a file that is missing, no file or no text is named', async () => {
  const [missing, binary] = [join(directory, 'missing.polar'), join(directory, 'binary.polar')];
  await writeFile(binary, Uint8Array.of(0x70, 0xff));
  await expect(readPolicyFiles([missing])).rejects.toMatchObject({
    code: 'DIRECTORY_UNUSABLE',
    message: `cannot read \`${missing}\`: no such file or directory`,
  });
  await expect(readPolicyFiles([directory])).rejects.toMatchObject({
    code: 'DIRECTORY_UNUSABLE',
    message: `cannot read \`${directory}\`: it is a directory`,
  });
  await expect(readPolicyFiles([binary])).rejects.toMatchObject({
    code: 'POLICY_INVALID',
    message: `\`${binary}\` is not UTF-8 text`,
  });
});
