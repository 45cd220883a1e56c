const BUILD_MEMORY_BYTES = 48 * 2 ** 20;

/**
 * Makes a generation in a data directory, in memory that does not grow with the facts, and gives its metadata. `origin` has
 * the environment, the tenant and the source; `load` says of which build.
 */
export async function stageFacts(path, { origin, policyText, facts, load }) {
  const { openDataDirectory } = await load('generations/data-directory.js');
  const { stageGeneration } = await load('generations/stage-generation.js');
  const { systemClock } = await load('util/clock.js');
  const directory = await openDataDirectory(path, 'bench');
  const staged = await stageGeneration(directory, {
    ...origin,
    takenAtMs: Date.now(),
    arrivedBy: 'download',
    policyText,
    facts: batchesOf(facts),
    memoryBytes: BUILD_MEMORY_BYTES,
    clock: systemClock,
  });
  (await staged.publish()).close();
  directory.close();
  return staged.metadata;
}

/** Facts as builders take them. */
export async function* batchesOf(facts) {
  let batch = [];
  for (const fact of facts) {
    if (batch.push(fact) < 2048) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
