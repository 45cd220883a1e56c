import type { Identity } from '../config/read-config.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { createOsoCloud } from '../control-plane/oso-cloud.ts';
import type { Clock } from '../util/clock.ts';
import { version } from './version.ts';

export interface ConnectOptions {
  readonly identity: Identity;
  readonly url: string;
  readonly clientId: string | undefined;
  readonly clock: Clock;
}

/** The control plane of the settings. Its owner closes it. */
export function connectToControlPlane({ identity, url, clientId, clock }: ConnectOptions): ControlPlane {
  return createOsoCloud({ url, apiToken: identity.token, clientId, version: version(), clock });
}
