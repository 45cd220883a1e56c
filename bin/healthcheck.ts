// `healthcheck [URL]`: exit code 0 when the node is ready, else 1 and the reason. For containers without a shell. Without
// URL it asks the node that the environment of this container describes.
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';

/** Shorter than the timeout of any sensible health check, so that the reason is told. */
const DEADLINE_MS = 4_000;

const MAX_REASON = 500;

const url = process.argv[2] ?? urlFrom(process.env);
// A certificate is for the name that clients use; here a node is asked about itself.
const options = { rejectUnauthorized: false, agent: false as const, signal: AbortSignal.timeout(DEADLINE_MS) };
const request = (url.startsWith('https:') ? getHttps : getHttp)(url, options, (response) => {
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk.slice(0, MAX_REASON - text.length);
  });
  response.on('error', fail).on('end', () => {
    process.stdout.write(`${response.statusCode} ${text}\n`);
    process.exitCode = response.statusCode === 200 ? 0 : 1;
  });
});
request.on('error', fail);

function urlFrom(env: Readonly<Record<string, string | undefined>>): string {
  const host = env['OSO_HOST'] ?? '';
  const name = host === '' || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const scheme = env['OSO_TLS_CERT'] ? 'https' : 'http';
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${env['OSO_PORT'] || '8080'}/readyz`;
}

function fail(error: Error): void {
  process.stdout.write(`no answer from ${url}: ${error.message}\n`);
  process.exitCode = 1;
}
