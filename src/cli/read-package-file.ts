import { existsSync, readFileSync } from 'node:fs';

/** A text file of the package by its path there, from the sources as well as from `dist/`. */
export function readPackageFile(path: string): string {
  const places = ['../../', '../../../'].map((root) => new URL(root + path, import.meta.url));
  const place = places.find((candidate) => existsSync(candidate));
  if (place === undefined) throw new Error(`${path} is missing from the package`);
  return readFileSync(place, 'utf8');
}
