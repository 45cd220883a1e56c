import type { Route } from './route.ts';

export type Routed =
  | { readonly kind: 'found'; readonly route: Route; readonly query: string }
  /** The path exists; `allow` lists its methods for the header of that name. */
  | { readonly kind: 'wrong-method'; readonly path: string; readonly allow: string }
  | { readonly kind: 'unknown' };

export type FindRoute = (method: string, url: string) => Routed;

/** A fixed table. HEAD is answered as GET without a body. */
export function createRouter(routes: readonly Route[]): FindRoute {
  const table = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    const methods = table.get(route.path) ?? new Map<string, Route>();
    if (methods.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
    table.set(route.path, methods.set(route.method, route));
  }
  return (method, url) => {
    const exact = table.get(url);
    const [path, query] = exact === undefined ? splitUrl(url) : [url, ''];
    const methods = exact ?? table.get(path);
    if (methods === undefined) return { kind: 'unknown' };
    const route = methods.get(method === 'HEAD' ? 'GET' : method);
    if (route !== undefined) return { kind: 'found', route, query };
    return { kind: 'wrong-method', path, allow: [...methods.keys()].sort().join(', ') };
  };
}

/**
 * Path and query, apart. Clients given a base URL with a slash at its end ask for `//api/…` (api reference, 2.3);
 * nothing else is made equal, and nothing is decoded.
 */
function splitUrl(url: string): readonly [string, string] {
  const target = url.replace(/^https?:\/\/[^/?]*/iu, '');
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  return [path.replace(/^\/+/u, '/'), mark === -1 ? '' : target.slice(mark + 1)];
}
