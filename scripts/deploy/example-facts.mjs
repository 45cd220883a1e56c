// `example-facts COUNT`: example facts as JSON lines, for examples/code-hosting.polar. Needs a build.
import { generateExampleFacts } from '../../dist/src/cli/example-data.js';
import { printFactLine } from '../../dist/src/facts/fact-line.js';

const factCount = Number(process.argv[2]);
process.stdout.write([...generateExampleFacts({ factCount })].map(printFactLine).join(''));
