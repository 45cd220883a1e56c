import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Text of a file by its path from the root of the project. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Every file below a directory, as paths from the root of the project. */
export function filesBelow(directory: string): string[] {
  return readdirSync(join(ROOT, directory))
    .map((name) => `${directory}/${name}`)
    .flatMap((path) => (statSync(join(ROOT, path)).isDirectory() ? filesBelow(path) : [path]))
    .sort();
}
