export interface MemoryLimit {
  /** Shell prefix: puts the shell and what it starts into the group. */
  readonly enter: string;
  peakBytes(): number;
  residentBytes(): number;
  kills(): number;
  remove(): void;
}

export function createMemoryLimit(name: string, limitBytes: number): MemoryLimit | undefined;
