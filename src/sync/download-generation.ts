import type { ControlPlane, PolicyText } from '../control-plane/control-plane.ts';
import { type EnvironmentCopy, readEnvironment } from '../control-plane/read-environment.ts';
import type { FactProgress } from '../facts/fact-sink.ts';
import { compilePolicy } from '../generations/compile-policy.ts';
import type { DataDirectory } from '../generations/data-directory.ts';
import { checkGuards, type GuardSettings } from '../generations/guards.ts';
import { loadState } from '../generations/load-state.ts';
import { type StagedGeneration, stageGeneration } from '../generations/stage-generation.ts';
import type { Clock } from '../util/clock.ts';

export interface DownloadOptions {
  readonly environment: string;
  readonly tenant: string;
  readonly guards: GuardSettings;
  readonly clock: Clock;
  readonly memoryBytes: number;
  readonly progress?: FactProgress | undefined;
  readonly signal: AbortSignal;
  /** One line each: accepted, and still strange. */
  readonly onAlarm: (alarm: string) => void;
}

/**
 * Copies the environment and builds a generation of it, which the guards have accepted. Throws what `readEnvironment`
 * and `stageGeneration` throw, and GUARD_ENVIRONMENT, GUARD_OLDER or GUARD_SHRINK; then nothing of it is left.
 */
export async function downloadGeneration(
  controlPlane: ControlPlane,
  directory: DataDirectory,
  options: DownloadOptions,
): Promise<StagedGeneration> {
  const { source } = controlPlane;
  const consumer = {
    predicatesOf: factPredicatesOf,
    consume: (copy: EnvironmentCopy) => stage(copy, directory, { ...options, source }),
    discard: (staged: StagedGeneration) => staged.discard(),
  };
  const staged = await readEnvironment(controlPlane, consumer, options);
  try {
    const { state } = await loadState(directory);
    const { refusal, alarms } = checkGuards(state, staged.metadata, options.guards);
    if (refusal) throw refusal;
    for (const alarm of alarms) options.onAlarm(alarm);
    return staged;
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** Every predicate whose facts the policy can read or declares, sorted. Throws POLICY_INVALID when it does not compile. */
export function factPredicatesOf({ text }: PolicyText): readonly string[] {
  const { signatures } = compilePolicy(text, 'POLICY_INVALID');
  return [...new Set(signatures.map(({ predicate }) => predicate))].sort();
}

function stage(
  { policy, facts, takenAtMs }: EnvironmentCopy,
  directory: DataDirectory,
  options: DownloadOptions & { readonly source: string },
): Promise<StagedGeneration> {
  return stageGeneration(directory, {
    ...options,
    takenAtMs,
    arrivedBy: 'download',
    policyText: policy.text,
    facts,
  });
}
