import type { ControlPlane } from '../../control-plane/control-plane.ts';
import type { FactProgress } from '../../facts/fact-sink.ts';
import { type DataDirectory, viewDataDirectory } from '../../generations/data-directory.ts';
import type { GuardAlarm, GuardSettings } from '../../generations/guards.ts';
import { type ScrubVerdict, scrubGeneration } from '../../generations/scrub-generation.ts';
import { loadReader } from '../../snapshot/load-reader.ts';
import type { Clock } from '../../util/clock.ts';
import type { Downloaded } from '../download-generation.ts';
import type { DownloadJob, Job, JobResult } from './job.ts';

export interface JobContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: FactProgress;
  /** Opens the control plane of a download; it is closed here. */
  readonly connect: (job: DownloadJob) => ControlPlane | Promise<ControlPlane>;
}

/**
 * Does one job, in whatever process. Throws what the work throws; then nothing of it is left in the directory. Loads what
 * the job needs and no more: most jobs find nothing to do, and loading all takes longer.
 */
export async function runJob(job: Job, context: JobContext): Promise<JobResult> {
  // The lock is held by whoever gave the job and waits for it.
  const directory: DataDirectory = { ...(await viewDataDirectory(job.directory)), writable: true };
  if (job.kind === 'scrub') return { kind: 'scrubbed', verdicts: await scrub(job.ids, directory, context) };
  const alarms: GuardAlarm[] = [];
  const options = {
    ...context,
    guards: job.guards,
    memoryBytes: job.memoryBytes,
    onAlarm: (alarm: GuardAlarm) => alarms.push(alarm),
  };
  const staged =
    job.kind === 'import'
      ? await stageImport(job.file, directory, options)
      : await stageDownload(job, directory, options);
  if (staged.kind === 'unchanged') return { ...staged, alarms };
  const { id, takenAtMs, contentDigest, factsEtag } = staged.generation.metadata;
  const opened = await staged.generation.publish({ leaveState: true });
  opened.close();
  const { sourceAgeMs } = staged;
  return { kind: 'published', id, takenAtMs, sourceAgeMs, contentDigest, factsEtag: factsEtag ?? undefined, alarms };
}

interface StageOptions extends JobContext {
  readonly guards: GuardSettings;
  readonly memoryBytes: number;
  readonly onAlarm: (alarm: GuardAlarm) => void;
}

async function scrub(
  ids: readonly string[],
  directory: DataDirectory,
  { signal }: JobContext,
): Promise<readonly ScrubVerdict[]> {
  const verdicts: ScrubVerdict[] = [];
  for (const id of ids) verdicts.push(await scrubGeneration(directory, id, signal));
  return verdicts;
}

async function stageImport(file: string, directory: DataDirectory, options: StageOptions): Promise<Downloaded> {
  const { openSnapshot } = await loadReader();
  const { importSnapshot } = await import('../import-snapshot.ts');
  const snapshot = await openSnapshot(file, { signal: options.signal });
  try {
    return { kind: 'staged', generation: await importSnapshot(directory, snapshot, options), sourceAgeMs: 0 };
  } finally {
    await snapshot[Symbol.asyncDispose]();
  }
}

async function stageDownload(job: DownloadJob, directory: DataDirectory, options: StageOptions): Promise<Downloaded> {
  const { environment, tenant, known } = job;
  const { downloadGeneration } = await import('../download-generation.ts');
  const controlPlane = await options.connect(job);
  try {
    return await downloadGeneration(controlPlane, directory, { ...options, environment, tenant, known });
  } finally {
    await controlPlane.close();
  }
}
