export interface DiskCall {
  readonly kind: string;
  readonly path: string;
  /** Whether a later reader may find something else because of it. */
  readonly isChange: boolean;
  /** Whether this kind of call can fail with that code of the system. */
  refuses(code: string): boolean;
}

export type DiskAnswer = { readonly error: string } | { readonly tear: () => void } | undefined;

/** A change that has been made. */
export type DiskChange =
  | { readonly kind: 'create' | 'fsync' | 'mkdir' | 'unlink' | 'rmdir'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly from: string }
  | { readonly kind: 'write'; readonly path: string; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly path: string; readonly length: number };

export function installFaultDisk(
  root: string,
  onCall: (call: DiskCall) => DiskAnswer,
  onDone?: (change: DiskChange) => void,
): Promise<() => void>;
