import type { CliProcess } from '../../support/cli-process.ts';
import { TOKEN } from './workplace.ts';

/** Asks a node, with the bearer that it knows unless another is given. */
export async function ask(url: string, path: string, { method = 'GET', key = TOKEN } = {}) {
  const response = await fetch(url + path, { method, headers: { authorization: `Bearer ${key}` } });
  const text = await response.text();
  const { headers } = response;
  return {
    status: response.status,
    retryAfter: headers.get('retry-after'),
    reason: headers.get('oso-fallback-reason'),
    text,
  };
}

export async function statusOf(url: string) {
  return JSON.parse((await ask(url, '/status')).text);
}

/** Looks until what is seen is as wanted; the deadline is that of the test. */
export async function until<T>(look: () => Promise<T>, isWanted: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (isWanted(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits for the end of the copy that is being made. */
export async function idle(url: string): Promise<void> {
  await until(
    () => statusOf(url),
    ({ sync }) => !sync.running,
  );
}

export async function serving(node: CliProcess): Promise<{ url: string; origin: string; [key: string]: unknown }> {
  const { url, origin, ...rest } = await node.event('serving');
  return { url: String(url).replace('localhost', '127.0.0.1'), origin: String(origin), ...rest };
}

export async function end(node: CliProcess, signal: NodeJS.Signals = 'SIGTERM') {
  node.kill(signal);
  return await node.ended;
}

/** A decision, and nothing that only looks like one. */
export async function mayRead(url: string, user: string): Promise<boolean> {
  const response = await fetch(`${url}/api/authorize`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      actor_type: 'User',
      actor_id: user,
      action: 'read',
      resource_type: 'Repo',
      resource_id: 'r1',
    }),
  });
  const text = await response.text();
  if (text !== '{"allowed":true}' && text !== '{"allowed":false}') throw new Error(`${response.status}: ${text}`);
  return text === '{"allowed":true}';
}
