import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openDataDirectory } from '../../../src/generations/data-directory.ts';
import { removeFolder } from '../../support/remove-folder.ts';
import { TOKEN } from './download-job.ts';

/** The variables of a child: none but what it needs. */
export const NO_ENV = { PATH: process.env['PATH'], OSO_API_TOKEN: TOKEN };

/** A locked data directory that is gone afterwards. */
export async function dataDirectory() {
  const path = mkdtempSync(join(tmpdir(), 'oso-child-'));
  const directory = await openDataDirectory(path, 'test');
  const remove = () => {
    directory.close();
    removeFolder(path);
  };
  return { path, directory, [Symbol.dispose]: remove };
}

/** A program that stands for a build process gone wrong. */
export function misbehaving(directory: string, code: string) {
  const path = join(directory, 'child.mjs');
  writeFileSync(path, code);
  return pathToFileURL(path);
}
