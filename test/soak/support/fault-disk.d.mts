export interface DiskCall {
  readonly kind: string;
  readonly path: string;
  /** Whether a later reader may find something else because of it. */
  readonly isChange: boolean;
  /** Whether this kind of call can fail with that code of the system. */
  refuses(code: string): boolean;
}

export type DiskAnswer = { readonly error: string } | { readonly tear: () => void } | undefined;

export function installFaultDisk(root: string, onCall: (call: DiskCall) => DiskAnswer): Promise<() => void>;
