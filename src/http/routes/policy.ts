import type { Serving } from '../../engine/serving.ts';
import { OsoError } from '../../errors/oso-error.ts';
import type { BlockMetadata, PolicyMetadata } from '../../program/program.ts';
import { type DataAccess, drawOnData } from '../draw-on-data.ts';
import type { Route } from '../route.ts';

/** GET /policy and GET /policy_metadata (api reference, 4.10 and 4.11). An empty text means that there is no policy. */
export function policyRoutes(access: DataAccess): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/policy',
      access: 'api',
      body: 'none',
      answer: (call) => ({ status: 200, body: drawOnData(access, call, ({ serving }) => printPolicy(serving)) }),
    },
    {
      method: 'GET',
      path: '/api/policy_metadata',
      access: 'api',
      body: 'none',
      answer: (call) => ({ status: 200, body: drawOnData(access, call, ({ serving }) => printMetadata(serving)) }),
    },
  ];
}

function printPolicy({ policyText, policyFilename }: Serving): string {
  const policy = policyText === '' ? null : { filename: policyFilename ?? null, src: policyText };
  return JSON.stringify({ policy });
}

function printMetadata({ policyText, program }: Serving): string {
  if (policyText === '') throw new OsoError('REQUEST_NOT_FOUND', 'there is no policy yet');
  return JSON.stringify({ metadata: { resources: resourcesOf(program.metadata) } });
}

function resourcesOf({ resources }: PolicyMetadata): Record<string, unknown> {
  return Object.fromEntries([...resources].map(([name, block]) => [name, blockOf(block)]));
}

function blockOf({ roles, permissions, relations }: BlockMetadata): unknown {
  return { roles, permissions, relations: Object.fromEntries(relations) };
}
