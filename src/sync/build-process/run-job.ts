import type { ControlPlane } from '../../control-plane/control-plane.ts';
import type { FactProgress } from '../../facts/fact-sink.ts';
import { type DataDirectory, viewDataDirectory } from '../../generations/data-directory.ts';
import type { StagedGeneration } from '../../generations/stage-generation.ts';
import { openSnapshot } from '../../snapshot/read-snapshot.ts';
import type { Clock } from '../../util/clock.ts';
import { downloadGeneration } from '../download-generation.ts';
import { importSnapshot } from '../import-snapshot.ts';
import type { DownloadJob, Job, JobResult } from './job.ts';

export interface JobContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: FactProgress;
  /** Opens the control plane of a download; it is closed here. */
  readonly connect: (job: DownloadJob) => ControlPlane;
}

/** Does one job, in whatever process. Throws what the work throws; then nothing of it is left in the directory. */
export async function runJob(job: Job, context: JobContext): Promise<JobResult> {
  // The lock is held by whoever gave the job and waits for it.
  const directory: DataDirectory = { ...(await viewDataDirectory(job.directory)), writable: true };
  const alarms: string[] = [];
  const staged = await stage(job, { directory, context, onAlarm: (alarm) => alarms.push(alarm) });
  const { id, takenAtMs, contentDigest } = staged.metadata;
  if (job.kind === 'download' && job.servedDigest === contentDigest) {
    await staged.discard();
    return { kind: 'unchanged', id, takenAtMs, contentDigest, alarms };
  }
  const opened = await staged.publish();
  opened.close();
  return { kind: 'published', id, takenAtMs, contentDigest, alarms };
}

interface Stage {
  readonly directory: DataDirectory;
  readonly context: JobContext;
  readonly onAlarm: (alarm: string) => void;
}

async function stage(job: Job, { directory, context, onAlarm }: Stage): Promise<StagedGeneration> {
  const { guards, memoryBytes } = job;
  const { clock, signal, progress } = context;
  const options = { guards, memoryBytes, clock, signal, progress, onAlarm };
  if (job.kind === 'import') {
    await using snapshot = await openSnapshot(job.file, { signal });
    return await importSnapshot(directory, snapshot, options);
  }
  const { environment, tenant } = job;
  const controlPlane = context.connect(job);
  try {
    return await downloadGeneration(controlPlane, directory, { ...options, environment, tenant });
  } finally {
    await controlPlane.close();
  }
}
