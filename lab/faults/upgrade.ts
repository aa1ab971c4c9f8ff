import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';

/** Passes a protocol upgrade (exec, port-forward) through as raw bytes. */
export function passUpgrade(of: {
  incoming: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  upstream: URL;
  authority: Buffer;
}): void {
  const { incoming, socket, head, upstream, authority } = of;
  const server = connect(
    { host: upstream.hostname, port: Number(upstream.port), ca: authority, ALPNProtocols: ['http/1.1'] },
    () => {
      const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`, `Host: ${upstream.host}`];
      for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
        const name = incoming.rawHeaders[at] ?? '';
        if (name.toLowerCase() !== 'host') lines.push(`${name}: ${incoming.rawHeaders[at + 1]}`);
      }
      server.write(`${lines.join('\r\n')}\r\n\r\n`);
      server.write(head);
      server.pipe(socket).pipe(server);
    },
  );
  server.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  socket.on('error', () => server.destroy()).on('close', () => server.destroy());
}
