import type { Socket } from 'node:net';

/** Connections whose TLS handshake is unfinished, in the order in which they came. */
export class Handshakes {
  /** By the client's address, because after the handshake Node.js gives another socket that does not name the first. */
  readonly #begun = new Map<string, Socket>();
  #open = 0;

  /** Open connections, with or without a finished handshake. */
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

  /** Removes and returns the connection that has been in its handshake longest. */
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
