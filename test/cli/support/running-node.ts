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

export async function serving(node: CliProcess) {
  const { url, origin } = await node.event('serving');
  return { url: String(url).replace('localhost', '127.0.0.1'), origin: String(origin) };
}

export async function end(node: CliProcess) {
  node.kill('SIGTERM');
  return await node.ended;
}

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
  return JSON.stringify(await response.json()) === '{"allowed":true}';
}
