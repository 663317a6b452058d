/** The program of a distant peer: a transport in a process of its own, told what to do over the IPC channel. */
import { libp2pTransport, type Libp2pTransportOptions } from './index.ts';

/** What the test tells. Keys travel as hexadecimal. */
export type Order =
  | { readonly type: 'start'; readonly secretKey: string; readonly options: Omit<Libp2pTransportOptions, 'secretKey'> }
  | { readonly type: 'dial'; readonly addresses: readonly string[] }
  | { readonly type: 'stop' };

/** What it answers: one reply to each order. */
export type Reply = { readonly addresses: readonly string[] } | { readonly error: string };

let transport: ReturnType<typeof libp2pTransport> | undefined;

async function obey(order: Order): Promise<void> {
  if (order.type === 'start') {
    transport = libp2pTransport({ ...order.options, secretKey: Buffer.from(order.secretKey, 'hex') });
    const ignore = (): void => undefined;
    await transport.start({ onLinkUp: ignore, onFrame: ignore, onLinkDown: ignore, onRefused: ignore });
  } else if (order.type === 'dial') {
    await transport?.dial({ addresses: order.addresses });
  } else {
    await transport?.stop();
    // From here on only what the transport left behind could keep the process alive.
    process.disconnect();
  }
}

process.on('message', (order: Order) => {
  const reply = (answer: Reply): void => {
    if (process.connected) process.send?.(answer);
  };
  obey(order).then(
    () => reply({ addresses: transport?.localAddresses ?? [] }),
    (error: Error) => reply({ error: error.message }),
  );
});
