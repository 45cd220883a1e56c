/** What Oso Cloud accepts in one write (api reference, 10), so that a test that passes here passes there. */
export interface WriteLimits {
  /** Request body of a write, a policy included. */
  readonly maxBodyBytes: number;
  /** Inserts and deletes of one request together. */
  readonly maxEntries: number;
  /** Facts that one wildcard delete may remove. */
  readonly maxWildcardDeletes: number;
}

export const DEFAULT_WRITE_LIMITS: WriteLimits = {
  maxBodyBytes: 960 * 1024,
  maxEntries: 1_000,
  maxWildcardDeletes: 10_000,
};
