/**
 * Loads what opens snapshots, with its decompressor, which few starts need. A function of its own: in one with `using` the
 * compiler does not rename what is imported.
 */
export function loadReader(): Promise<typeof import('./read-snapshot.ts')> {
  return import('./read-snapshot.ts');
}
