/**
 * The root under which `/api/…` lies, without a slash at its end: `https://h/oso/api/` and `https://h/oso` are both
 * `https://h/oso`. Credentials, query and fragment are dropped.
 */
export function apiRoot(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/+$/, '').replace(/\/+api$/, '');
}

/** Host and port as a person would check them with other tools, the default port included: `api.osohq.com:443`. */
export function hostAndPort(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}
