import type { PolicyTestResult } from '../../engine/run-policy-tests.ts';
import type { SnapshotFault } from '../../snapshot/fault.ts';
import { snapshotError } from '../../snapshot/fault.ts';
import { takenAtMsOf } from '../../snapshot/parse-manifest.ts';
import { type Verdict, verifySnapshot } from '../../snapshot/verify-snapshot.ts';
import { TOLERATED_SKEW_MS } from '../../sync/data-age.ts';
import { describeDuration } from '../../util/duration.ts';
import type { Command, CommandContext } from '../command.ts';
import { count, describeBytes } from '../describe-progress.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { startProgress } from '../progress.ts';
import { reportErrors } from '../report-errors.ts';
import { snapshotInput } from '../snapshot-input.ts';
import { printWarnings, summarizeTests, testPolicy } from '../test-policy.ts';

export const verify: Command = {
  name: 'verify',
  summary: 'check a snapshot file and write nothing',
  arguments: [{ notation: '<file>', help: 'snapshot file, `-` for stdin' }],
  flags: [],
  settings: [],
  notes: `Reads the whole file and says whose data it holds: every byte against its SHA-256, the format, every fact,
the counts of the manifest, that the policy compiles and that its tests pass.

Exit codes: 0 intact, 3 not valid, 1 could not be read, or only by a newer version.

  $ oso-fallback verify oso-data.snapshot`,

  async run({ arguments: [file = ''] }, context) {
    const { output, clock, signal } = context;
    using progress = await startProgress(output, clock, `verifying ${file}`);
    const verdict = await verifySnapshot(snapshotInput(file), { signal, progress: progress.onBytes });
    progress[Symbol.dispose]();
    return verdict.ok ? reportIntact(file, verdict, context) : reportFaults(file, verdict.faults, context);
  },
};

function reportFaults(file: string, faults: readonly SnapshotFault[], { output }: CommandContext): Promise<ExitCode> {
  return reportErrors(new AggregateError(faults.map((fault) => snapshotError(file, fault))), output);
}

type Intact = Extract<Verdict, { ok: true }>;

function reportIntact(file: string, verdict: Intact, { output, clock }: CommandContext): ExitCode {
  const { manifest, policyText, sizeBytes, sha256 } = verdict;
  const { result, warnings } = testPolicy([{ name: 'policy.polar', text: policyText }], clock);
  for (const warning of printWarnings(warnings)) output.note(warning);
  for (const { message } of result.errors) output.stderr.write(`SNAPSHOT_POLICY: ${message}\n`);
  const text = printIntact({ verdict, result, ageMs: clock.nowMs() - takenAtMsOf(manifest) });
  const error = { code: 'SNAPSHOT_POLICY', message: 'the policy does not compile, or its tests fail' };
  const failure = result.success ? {} : { error, errors: [error] };
  output.result(text, { valid: result.success, ...failure, file, sizeBytes, sha256, manifest, policy: result });
  return result.success ? EXIT.done : EXIT.invalid;
}

interface Facts {
  readonly verdict: Intact;
  readonly result: PolicyTestResult;
  readonly ageMs: number;
}

function printIntact({ verdict, result, ageMs }: Facts): string {
  const { manifest, sizeBytes, sha256 } = verdict;
  const isValid = !result.errors.some(({ error_type }) => error_type === 'ValidationFailed');
  const signatures = Object.entries(manifest.facts.countBySignature).map(
    ([signature, facts]) => `  ${count(facts).padStart(12)}  ${signature}`,
  );
  return [
    `environment  ${manifest.environment} of tenant ${manifest.tenant}`,
    `source       ${manifest.source}`,
    `taken at     ${manifest.takenAt}, ${ageMs < -TOLERATED_SKEW_MS ? 'in the future' : `${describeDuration(ageMs)} ago`}`,
    `policy       ${describeBytes(manifest.policy.sizeBytes)}, ${isValid ? summarizeTests(result) : 'does not compile'}`,
    `facts        ${count(manifest.facts.count)}`,
    ...signatures,
    `content      ${manifest.contentDigest}`,
    `file         ${describeBytes(sizeBytes)}, every byte intact, SHA-256 ${sha256}`,
  ].join('\n');
}
