import { type Authenticate, createAuthenticate, parseKeyDigests } from '../http/authenticate.ts';

/** Which keys of clients are accepted: those of a list, or else every one of the environment that is served. */
export class ClientAccess {
  readonly authenticate: Authenticate;
  readonly #ownToken: string | undefined;
  #isListed = false;
  #check: Authenticate;

  /** Until data are served the environment is the one of the settings, if any. Throws as `use` does. */
  constructor(access: {
    readonly clientKeys: Uint8Array | undefined;
    readonly ownToken: string | undefined;
    readonly environment: string | undefined;
  }) {
    this.#ownToken = access.ownToken;
    this.#check = this.#ofEnvironment(access.environment ?? '');
    this.authenticate = (authorization) => this.#check(authorization);
    this.use(access.clientKeys);
  }

  /** From now on the keys of this file, and no others. Throws CONFIG_INVALID naming the line; then nothing has changed. */
  use(clientKeys: Uint8Array | undefined): void {
    if (clientKeys === undefined) return;
    const digests = parseKeyDigests(Buffer.from(clientKeys).toString('utf8'));
    this.#check = createAuthenticate({ kind: 'listed', digests });
    this.#isListed = true;
  }

  /** Data of this environment are served. */
  serves(environment: string): void {
    if (!this.#isListed) this.#check = this.#ofEnvironment(environment);
  }

  #ofEnvironment(environment: string): Authenticate {
    return createAuthenticate({ kind: 'environment', environment, ownToken: this.#ownToken });
  }
}
