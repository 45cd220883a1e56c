import { dirname } from 'node:path';
import type { Settings } from '../../config/options.ts';
import { OsoError } from '../../errors/oso-error.ts';
import { type DataDirectory, openDataDirectory } from '../../generations/data-directory.ts';
import type { GenerationMetadata } from '../../generations/generation.ts';
import type { GuardSettings } from '../../generations/guards.ts';
import { loadState } from '../../generations/load-state.ts';
import { pruneGenerations } from '../../generations/prune-generations.ts';
import { openSnapshot } from '../../snapshot/read-snapshot.ts';
import { importSnapshot } from '../../sync/import-snapshot.ts';
import { isoTime } from '../../sync/node-status.ts';
import { surveyDirectory } from '../../sync/survey-directory.ts';
import type { Command, CommandContext, Invocation } from '../command.ts';
import { count } from '../describe-progress.ts';
import { EXIT } from '../exit-code.ts';
import { buildMemoryBytes, memoryLimitBytes } from '../memory-budget.ts';
import { startProgress } from '../progress.ts';
import { snapshotInput } from '../snapshot-input.ts';

export const importCommand: Command = {
  name: 'import',
  summary: 'put a snapshot file into the data directory, without serving it',
  arguments: [{ notation: '<file>', help: 'snapshot file, `-` for stdin' }],
  flags: [
    { notation: '--allow-older', help: 'take data that are older than what the directory already had' },
    { notation: '--allow-environment', help: 'take data of another environment or tenant' },
    {
      notation: '--max-shrink <percent>',
      help: 'refuse data that have lost more than this part of the facts, such as `90%`',
    },
  ],
  settings: ['directory', 'environment', 'tenant', 'keepGenerations'],
  notes: `The file is verified before anything is written, and a failure leaves the directory as it was.
A node that starts later serves the newest data of its directory.

Exit codes: 0 imported, 3 not valid, 5 refused by a guard, 6 the data directory is in use.

  $ oso-fallback import oso-data.snapshot`,

  async run(invocation, context) {
    const [file = ''] = invocation.arguments;
    const { settings } = invocation.config({ controlPlane: false });
    const guards = guardsOf(invocation, settings);
    const directory = await openDataDirectory(settings.directory, 'import');
    try {
      const metadata = await importFile({ file, directory, guards, context });
      const { state } = await loadState(directory);
      const inUse = new Set([metadata.id, state.pinned].filter((id) => typeof id === 'string'));
      await pruneGenerations(directory, { keep: settings.keepGenerations, inUse });
      report(metadata, directory, context);
      return EXIT.done;
    } finally {
      directory.close();
    }
  },
};

interface ImportOf {
  readonly file: string;
  readonly directory: DataDirectory;
  readonly guards: GuardSettings;
  readonly context: CommandContext;
}

async function importFile({ file, directory, guards, context }: ImportOf): Promise<GenerationMetadata> {
  const { output, clock, signal } = context;
  using progress = await startProgress(output, clock, `checking ${file}`);
  await using snapshot = await openSnapshot(snapshotInput(file, directory.path), {
    signal,
    progress: progress.onBytes,
  });
  const [current] = (await surveyDirectory(directory)).generations;
  const staged = await importSnapshot(directory, snapshot, {
    guards: { ...guards, currentFactCount: current?.metadata?.factCount },
    clock,
    signal,
    memoryBytes: buildMemoryBytes(memoryLimitBytes()),
    progress: progress.onFacts,
    onAlarm: (alarm) => output.note(`warning: ${alarm}`),
  });
  const opened = await staged.publish();
  opened.close();
  return staged.metadata;
}

function guardsOf(invocation: Invocation, { environment, tenant }: Settings): GuardSettings {
  return {
    environment,
    tenant,
    allowOlder: invocation.isSet('allow-older'),
    allowEnvironment: invocation.isSet('allow-environment'),
    maxShrink: parsePart(invocation.text('max-shrink')),
  };
}

/** `90%` is 0.9. */
function parsePart(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = /^\d{1,3}(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (percent >= 0 && percent <= 100) return percent / 100;
  throw new OsoError('CONFIG_INVALID', `\`--max-shrink\` must be a percentage from 0% to 100%, not \`${text}\``);
}

function report(metadata: GenerationMetadata, directory: DataDirectory, { output }: CommandContext): void {
  const { id, environment, tenant, takenAtMs, factCount, contentDigest } = metadata;
  const takenAt = isoTime(takenAtMs);
  output.result(
    `imported ${count(factCount)} facts of environment ${environment} (tenant ${tenant}), taken at ${takenAt}\n` +
      `generation ${id} in ${dirname(directory.generationsPath)}`,
    { generation: id, directory: directory.path, environment, tenant, takenAt, facts: factCount, contentDigest },
  );
}
