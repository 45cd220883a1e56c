import type { Answer, Route } from '../route.ts';

/** Whether clients should be sent here. `reason` is for machines, `message` for people. */
export type Readiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly reason: string; readonly message: string };

export interface OperationsOptions {
  readiness(): Readiness;
  /** Anything JSON, or a promise of it; it must hold no secret, because it is shown without a key. */
  status(): unknown;
  readonly metrics: { readonly contentType: string; render(): Promise<string> };
}

/** Healthcheck spellings that published clients and compose files use (api reference, 8.4), and our own. */
const READINESS_PATHS = ['/readyz', '/healthcheck', '/health', '/api/healthcheck'];

/** What operators and probes ask. `/livez` says only that the event loop turns: never ask data or network there. */
export function operationsRoutes(options: OperationsOptions): readonly Route[] {
  return [
    ...READINESS_PATHS.map((path) => operation(path, () => printReadiness(options.readiness()))),
    operation('/livez', () => ({ status: 200, body: '{"alive":true}' })),
    operation('/status', async () => ({ status: 200, body: JSON.stringify(await options.status()) })),
    operation('/metrics', async () => ({
      status: 200,
      body: await options.metrics.render(),
      contentType: options.metrics.contentType,
    })),
  ];
}

function printReadiness(readiness: Readiness): Answer {
  return { status: readiness.ready ? 200 : 503, body: JSON.stringify(readiness) };
}

function operation(path: string, answer: () => Answer | Promise<Answer>): Route {
  return { method: 'GET', path, access: 'operations', body: 'none', answer };
}
