import type { ControlPlane, PolicyText } from '../control-plane/control-plane.ts';
import {
  type EnvironmentCopy,
  isFirstHand,
  readEnvironment,
  type Sighting,
} from '../control-plane/read-environment.ts';
import type { FactProgress } from '../facts/fact-sink.ts';
import { compilePolicy } from '../generations/compile-policy.ts';
import type { DataDirectory } from '../generations/data-directory.ts';
import { checkGuards, type GuardAlarm, type GuardSettings } from '../generations/guards.ts';
import { loadState } from '../generations/load-state.ts';
import { type StagedGeneration, stageGeneration } from '../generations/stage-generation.ts';
import { sha256Hex } from '../snapshot/content-digest.ts';
import type { Clock } from '../util/clock.ts';
import type { BuildResult, KnownContent } from './build-process/job.ts';

export interface DownloadOptions {
  readonly environment: string;
  readonly tenant: string;
  readonly guards: GuardSettings;
  readonly clock: Clock;
  readonly memoryBytes: number;
  readonly progress?: FactProgress | undefined;
  readonly signal: AbortSignal;
  /** Accepted, and still strange. */
  readonly onAlarm: (alarm: GuardAlarm) => void;
  /** Content that is here already, intact. */
  readonly known?: KnownContent | undefined;
}

/** `unchanged`: the control plane has the content that is known; nothing was made. */
export type Downloaded =
  | { readonly kind: 'staged'; readonly generation: StagedGeneration; readonly sourceAgeMs: number }
  | Omit<BuildResult & { readonly kind: 'unchanged' }, 'alarms'>;

/**
 * Copies the environment and builds a generation of it, which the guards have accepted. Throws what `readEnvironment`
 * and `stageGeneration` throw, and GUARD_ENVIRONMENT, GUARD_OLDER or GUARD_SHRINK; then nothing of it is left.
 */
export async function downloadGeneration(
  controlPlane: ControlPlane,
  directory: DataDirectory,
  options: DownloadOptions,
): Promise<Downloaded> {
  const { source } = controlPlane;
  const { known } = options;
  const downloaded = await readEnvironment<Downloaded>(
    controlPlane,
    {
      predicatesOf: factPredicatesOf,
      async consume(copy) {
        const generation = await stage(copy, directory, { ...options, source });
        return { kind: 'staged', generation, sourceAgeMs: copy.sourceAgeMs };
      },
      async discard(made) {
        if (made.kind === 'staged') await made.generation.discard();
      },
      known: known && {
        etagFor: ({ text }) => etagFor(known, text, source),
        unchanged: (sighting) => unchanged(known, sighting, known.factsEtag),
      },
    },
    options,
  );
  return downloaded.kind === 'staged' ? await judge(downloaded, directory, options) : downloaded;
}

/** The same content again needs no generation; other content must pass the guards. */
async function judge(
  downloaded: Downloaded & { readonly kind: 'staged' },
  directory: DataDirectory,
  { guards, known, onAlarm }: DownloadOptions,
): Promise<Downloaded> {
  const { generation: staged, sourceAgeMs } = downloaded;
  const { metadata } = staged;
  try {
    const { state } = await loadState(directory);
    const { refusal, alarms } = checkGuards(state, metadata, { ...guards, isFirstHand: isFirstHand(downloaded) });
    if (refusal) throw refusal;
    if (known?.contentDigest === metadata.contentDigest) {
      await staged.discard();
      const { takenAtMs, factsEtag } = metadata;
      return unchanged(known, { takenAtMs, sourceAgeMs }, factsEtag ?? undefined);
    }
    for (const alarm of alarms) onAlarm(alarm);
    return downloaded;
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** Facts are as they were only when the policy is, too, and the tag is of this very control plane. */
function etagFor(known: KnownContent, policyText: string, source: string): string | undefined {
  const isOurs = known.etagSource === undefined || known.etagSource === source;
  return isOurs && sha256Hex(policyText) === known.policySha256 ? known.factsEtag : undefined;
}

function unchanged(known: KnownContent, sighting: Sighting, factsEtag: string | undefined): Downloaded {
  const { id, contentDigest } = known;
  return { kind: 'unchanged', id, contentDigest, factsEtag, ...sighting };
}

/** Every predicate whose facts the policy can read or declares, sorted. Throws POLICY_INVALID when it does not compile. */
export function factPredicatesOf({ text }: PolicyText): readonly string[] {
  const { signatures } = compilePolicy(text, 'POLICY_INVALID');
  return [...new Set(signatures.map(({ predicate }) => predicate))].sort();
}

function stage(
  { policy, facts, factsEtag, takenAtMs }: EnvironmentCopy,
  directory: DataDirectory,
  options: DownloadOptions & { readonly source: string },
): Promise<StagedGeneration> {
  return stageGeneration(directory, {
    ...options,
    takenAtMs,
    factsEtag,
    expectedBytes: options.known?.bytes,
    arrivedBy: 'download',
    policyText: policy.text,
    facts,
  });
}
