/** Proof that a switch is total: compiles only when every case is handled. Throws a plain `Error`, a bug of ours. */
export function assertNever(value: never): never {
  throw new Error(`unexpected case: ${JSON.stringify(value)}`);
}
