// `ask URL KEY COUNT`: as many questions through the official client as a fallback gets them: its primary refuses
// connections. Prints how many were allowed; any error ends it with exit code 1.
import { createServer } from 'node:http';
import { Oso } from 'oso-cloud';
import { exampleQuestions } from '../../dist/src/cli/example-questions.js';

const [url, key, count] = process.argv.slice(2);

/** Nothing listens there: the port was just given back. */
async function deadUrl() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

const oso = new Oso(await deadUrl(), key, { fallbackUrl: url });
let allowed = 0;
for (const { actor, action, resource } of exampleQuestions({
  factCount: 20_000,
  count: Number(count),
  kinds: ['authorize'],
})) {
  if (await oso.authorize(actor, action, resource)) allowed += 1;
}
console.log(allowed);
