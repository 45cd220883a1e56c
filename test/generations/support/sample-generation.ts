import type { Fact } from '../../../src/facts/fact.ts';
import { openDataDirectory } from '../../../src/generations/data-directory.ts';
import type { GenerationMetadata } from '../../../src/generations/generation.ts';
import { type StageOptions, stageGeneration } from '../../../src/generations/stage-generation.ts';
import { systemClock } from '../../../src/util/clock.ts';
import { FACTS, POLICY, streamOf, TAKEN_AT_MS } from '../../snapshot/support/sample-snapshot.ts';

export const MEMORY_BYTES = 16 * 1024 * 1024;

export function stageOptions(changes: Partial<StageOptions> & { readonly of?: readonly Fact[] } = {}): StageOptions {
  const { of = FACTS, ...rest } = changes;
  return {
    environment: '0123456789',
    tenant: 'acme',
    source: 'https://api.example.com',
    takenAtMs: TAKEN_AT_MS,
    arrivedBy: 'download',
    policyText: POLICY,
    facts: streamOf(of),
    memoryBytes: MEMORY_BYTES,
    clock: systemClock,
    ...rest,
  };
}

/** Opens the directory, publishes one generation, closes everything. */
export async function publishOne(
  path: string,
  changes: Partial<StageOptions> & { readonly of?: readonly Fact[] } = {},
): Promise<GenerationMetadata> {
  const directory = await openDataDirectory(path, 'test');
  try {
    const staged = await stageGeneration(directory, stageOptions(changes));
    (await staged.publish()).close();
    return staged.metadata;
  } finally {
    directory.close();
  }
}
