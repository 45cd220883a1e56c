import type { DownloadJob } from '../../../src/sync/build-process/job.ts';

export const TOKEN = 'e_env1_1_canarysecret';

/** A copy of the environment `env1`, as a parent gives it to its build process. */
export function downloadJob(directory: string, url: string): DownloadJob {
  return {
    kind: 'download',
    directory,
    url,
    token: TOKEN,
    clientId: 'client',
    version: '0',
    environment: 'env1',
    tenant: 'ten1',
    stallLimitMs: undefined,
    known: undefined,
    guards: { environment: 'env1', tenant: 'ten1' },
    memoryBytes: 16 * 1024 * 1024,
  };
}
