// Runs dependency-cruiser and fails when it found a violation or when it examined nothing.
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import config from '../.dependency-cruiser.mjs';

const LEAST_MODULES = 50;
const { output } = await cruise(
  ['bin', 'src'],
  { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true },
  undefined,
  { tsConfig: extractTSConfig('tsconfig.json') },
);
const { summary } = output;
for (const violation of summary.violations) {
  console.error(`${violation.rule.severity} ${violation.rule.name}: ${violation.from} → ${violation.to}`);
}
console.log(`layers: ${summary.totalCruised} modules examined, ${summary.violations.length} violations`);
if (summary.totalCruised < LEAST_MODULES) {
  console.error(`layers: expected at least ${LEAST_MODULES} modules; the check looked at too little`);
  process.exitCode = 1;
}
if (summary.error > 0) process.exitCode = 1;
