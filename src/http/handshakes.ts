import type { Socket } from 'node:net';

/** Connections that have not shaken hands, in the order in which they came. */
export class Handshakes {
  /** By the address of the client: once hands are shaken Node.js shows another socket, which does not tell of the first. */
  readonly #begun = new Map<string, Socket>();
  #open = 0;

  /** Connections, those that have shaken hands too. */
  get open(): number {
    return this.#open;
  }

  began(socket: Socket): void {
    const client = addressOf(socket);
    this.#begun.set(client, socket);
    socket.once('close', () => {
      this.#open -= 1;
      if (this.#begun.get(client) === socket) this.#begun.delete(client);
    });
    this.#open += 1;
  }

  ended(socket: Socket): void {
    this.#begun.delete(addressOf(socket));
  }

  /** The one that takes longest, which then is none of these any more. */
  takeOldest(): Socket | undefined {
    for (const [client, socket] of this.#begun) {
      this.#begun.delete(client);
      return socket;
    }
    return undefined;
  }
}

function addressOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
