import { tmpdir } from 'node:os';
import type { SnapshotInput } from '../snapshot/spool-snapshot.ts';

/** `-` is stdin, which is first copied to where the system keeps temporary files. */
export function snapshotInput(file: string, spoolDirectory = tmpdir()): SnapshotInput {
  return file === '-' ? { stream: process.stdin, spoolDirectory } : file;
}
