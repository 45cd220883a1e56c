import { dirname } from 'node:path';
import { type DataDirectory, openDataDirectory, removeUnused } from '../../generations/data-directory.ts';
import { exists } from '../../generations/exists.ts';
import type { GenerationMetadata } from '../../generations/generation.ts';
import { takenAtMsInId } from '../../generations/generation-id.ts';
import type { GuardSettings } from '../../generations/guards.ts';
import { loadState } from '../../generations/load-state.ts';
import { newestFirst } from '../../generations/newest-first.ts';
import { openSnapshot } from '../../snapshot/read-snapshot.ts';
import { createDiskCare } from '../../sync/disk-care.ts';
import { importSnapshot } from '../../sync/import-snapshot.ts';
import { isoTime } from '../../sync/node-status.ts';
import { describeLostPin } from '../../sync/pin-target.ts';
import { surveyDirectory } from '../../sync/survey-directory.ts';
import { type Log, silentLog } from '../../util/log.ts';
import type { Command, CommandContext } from '../command.ts';
import { count } from '../describe-progress.ts';
import { EXIT } from '../exit-code.ts';
import { buildMemoryBytes, memoryLimitBytes } from '../memory-budget.ts';
import { startProgress } from '../progress.ts';
import { snapshotInput } from '../snapshot-input.ts';
import { warnOfDirectory } from '../warn-of-directory.ts';

export const importCommand: Command = {
  name: 'import',
  summary: 'put a snapshot file into the data directory, without serving it',
  arguments: [{ notation: '<file>', help: 'snapshot file, `-` for stdin' }],
  flags: [{ notation: '--pin', help: 'serve these data whatever is newer, until `oso-fallback unpin`' }],
  settings: ['directory', 'environment', 'tenant', 'keepGenerations', 'maxShrink', 'allowOlder', 'allowEnvironment'],
  notes: `The file is verified before anything is written, and a failure leaves the directory as it was, unless its message
says that the data are in.
A node that starts later serves the newest data of its directory, or the pinned ones: older data that --allow-older lets
in are served only with --pin, or after \`oso-fallback rollback\`.

Exit codes: 0 imported, 3 not valid, 5 refused by a guard, 6 the data directory is in use.

  $ oso-fallback import oso-data.snapshot`,

  async run(invocation, context) {
    const [file = ''] = invocation.arguments;
    const { settings } = invocation.config({ controlPlane: false });
    const { environment, tenant, allowOlder, allowEnvironment, maxShrink } = settings;
    const guards = { environment, tenant, allowOlder, allowEnvironment, maxShrink };
    const pin = invocation.isSet('pin');
    const isNew = !(await exists(settings.directory));
    const directory = await openDataDirectory(settings.directory, 'import');
    try {
      warnOfDirectory(directory, (await loadState(directory)).problem, context.output);
      const metadata = await importFile({ file, directory, guards, pin, context });
      const { state } = await loadState(directory);
      const inUse = new Set([metadata.id, state.pinned].filter((id) => typeof id === 'string'));
      const disk = createDiskCare({
        directory,
        log: notesOf(context),
        keep: settings.keepGenerations,
        inUse: () => inUse,
      });
      await disk.tidy();
      const readable = newestFirst(disk.survey.generations, state.passed).flatMap(
        (generation) => generation.metadata?.id ?? [],
      );
      const { pinned } = state;
      const served = readable.find((id) => id === pinned) ?? readable[0] ?? metadata.id;
      if (pinned !== null && pinned !== served) context.output.note(`warning: ${describeLostPin(pinned)}`);
      report(metadata, { directory, pinned, served }, context);
      return EXIT.done;
    } catch (error) {
      if (isNew) await removeUnused(directory);
      throw error;
    } finally {
      directory.close();
    }
  },
};

/** The data are in: what fails now is no reason to say that they are not. */
function notesOf({ output }: CommandContext): Log {
  return { ...silentLog, error: (message, fields) => output.note(`warning: ${message}: ${fields?.['reason']}`) };
}

interface ImportOf {
  readonly file: string;
  readonly directory: DataDirectory;
  readonly guards: GuardSettings;
  readonly pin: boolean;
  readonly context: CommandContext;
}

async function importFile({ file, directory, guards, pin, context }: ImportOf): Promise<GenerationMetadata> {
  const { output, clock, signal } = context;
  using progress = await startProgress(output, clock, `checking ${file}`);
  await using snapshot = await openSnapshot(snapshotInput(file, directory.path), {
    signal,
    progress: progress.onBytes,
  });
  const [{ state }, survey] = await Promise.all([loadState(directory), surveyDirectory(directory)]);
  const current = newestFirst(survey.generations, state.passed).find(({ metadata }) => metadata !== undefined);
  const staged = await importSnapshot(directory, snapshot, {
    guards: { ...guards, currentFactCount: current?.metadata?.factCount },
    clock,
    signal,
    memoryBytes: buildMemoryBytes(memoryLimitBytes()),
    progress: progress.onFacts,
    onAlarm: ({ message }) => output.note(`warning: ${message}`),
  });
  const opened = await staged.publish({ pin });
  opened.close();
  return staged.metadata;
}

interface Outcome {
  readonly directory: DataDirectory;
  readonly pinned: string | null;
  /** By the next start: what is pinned, or else the newest. */
  readonly served: string;
}

function report(metadata: GenerationMetadata, outcome: Outcome, { output }: CommandContext): void {
  const { directory, pinned, served } = outcome;
  const { id, environment, tenant, takenAtMs, factCount, contentDigest } = metadata;
  const takenAt = isoTime(takenAtMs);
  output.result(
    `imported ${count(factCount)} facts of environment ${environment} (tenant ${tenant}), taken at ${takenAt}\n` +
      `generation ${id} in ${dirname(directory.generationsPath)}${printServed(id, outcome)}`,
    {
      generation: id,
      directory: directory.path,
      environment,
      tenant,
      takenAt,
      facts: factCount,
      contentDigest,
      pinned,
      served,
    },
  );
}

const isOfSameTime = (id: string, other: string) => takenAtMsInId(id) === takenAtMsInId(other);

/** What the next start serves, unless it is what anybody expects: the data just imported, and nothing holds them. */
function printServed(id: string, { pinned, served }: Outcome): string {
  if (pinned === served) return `\nserved until \`oso-fallback unpin\`: ${pinned === id ? 'these' : pinned}`;
  if (served === id) return '';
  return `\nnot served: ${served} is ${isOfSameTime(served, id) ? 'of the same time' : 'newer'}; to serve these, run \`oso-fallback rollback ${id}\``;
}
