import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

/**
 * Keeps a port of loopback on which nobody listens any more from being given to whoever asks for any port, as other tests
 * do all the time. Who connects to it is refused, and who names it can listen on it again.
 */
export async function holdPort(port: number): Promise<Disposable> {
  const peer = createServer().listen(0, '127.0.0.1');
  await once(peer, 'listening');
  const address = peer.address() as AddressInfo;
  const holder = connect({ host: '127.0.0.1', port: address.port, localAddress: '127.0.0.1', localPort: port });
  await once(holder, 'connect');
  const release = () => {
    holder.destroy();
    peer.close();
  };
  return { [Symbol.dispose]: release };
}
