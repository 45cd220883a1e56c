/** Ways to get data at the start. Each says whether data are served after it, and reports its failure itself. */
export interface StartSources {
  /** The newest intact generation of the data directory. */
  readonly openDisk: () => Promise<boolean>;
  /** Takes the file of `--import` in place of what is served, when it is newer and of the same environment. */
  readonly importWhenNewer: (() => Promise<void>) | undefined;
  /** Takes the file of `--import`. Undefined: there is none. */
  readonly importAnyway: (() => Promise<boolean>) | undefined;
  /** Starts the copying that goes on for as long as the node runs; resolves after its first attempt. Undefined: offline. */
  readonly startLive: (() => Promise<boolean>) | undefined;
}

/** `waiting`: nothing is served, and copying goes on. */
export type BringUp = 'serving' | 'waiting' | 'failed';

/**
 * The order of a start. What is on disk is served at once, because a restart during an outage must be as quick as any
 * other; with an empty disk live data come first, then the imported file.
 */
export async function bringUp(sources: StartSources, options: { readonly wait: boolean }): Promise<BringUp> {
  const { openDisk, importWhenNewer, importAnyway, startLive } = sources;
  if (await openDisk()) {
    await importWhenNewer?.();
    void startLive?.();
    return 'serving';
  }
  if (await startLive?.()) return 'serving';
  if (await importAnyway?.()) return 'serving';
  return startLive !== undefined && options.wait ? 'waiting' : 'failed';
}
