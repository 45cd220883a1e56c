import type { ControlPlane } from '../control-plane/control-plane.ts';
import type { FactProgress } from '../facts/fact-sink.ts';
import type { DataDirectory } from '../generations/data-directory.ts';
import { checkGuards, type GuardSettings } from '../generations/guards.ts';
import { loadState } from '../generations/load-state.ts';
import { type StagedGeneration, stageGeneration } from '../generations/stage-generation.ts';
import type { Clock } from '../util/clock.ts';
import { copyEnvironment, type LiveContent } from './copy-environment.ts';
import { createStallGuard } from './stall-guard.ts';

export interface DownloadOptions {
  readonly environment: string;
  readonly tenant: string;
  readonly guards: GuardSettings;
  readonly clock: Clock;
  readonly memoryBytes: number;
  /** Longest wait for the control plane without progress; undefined leaves it to the deadlines of the client. */
  readonly stallLimitMs?: number | undefined;
  readonly progress?: FactProgress | undefined;
  readonly signal: AbortSignal;
  /** One line each: accepted, and still strange. */
  readonly onAlarm: (alarm: string) => void;
}

/**
 * Copies the environment and builds a generation of it, which the guards have accepted. Throws what `copyEnvironment`
 * and `stageGeneration` throw, and GUARD_ENVIRONMENT, GUARD_OLDER or GUARD_SHRINK; then nothing of it is left.
 */
export async function downloadGeneration(
  controlPlane: ControlPlane,
  directory: DataDirectory,
  options: DownloadOptions,
): Promise<StagedGeneration> {
  const { clock, stallLimitMs, signal } = options;
  const guard = createStallGuard({ clock, limitMs: stallLimitMs, signal });
  const staged = await copyEnvironment(controlPlane, {
    clock,
    guard,
    take: (content) => stage(content, guard.signal),
    discard: (unwanted) => unwanted.discard(),
  });
  try {
    await checkDoor(staged);
    return staged;
  } catch (error) {
    await staged.discard();
    throw error;
  }

  function stage(content: LiveContent, stageSignal: AbortSignal): Promise<StagedGeneration> {
    const { environment, tenant, memoryBytes, progress } = options;
    return stageGeneration(directory, {
      ...content,
      environment,
      tenant,
      source: controlPlane.source,
      arrivedBy: 'download',
      memoryBytes,
      clock,
      progress,
      signal: stageSignal,
    });
  }

  async function checkDoor({ metadata }: StagedGeneration): Promise<void> {
    const { state } = await loadState(directory);
    const { refusal, alarms } = checkGuards(state, metadata, options.guards);
    if (refusal) throw refusal;
    for (const alarm of alarms) options.onAlarm(alarm);
  }
}
