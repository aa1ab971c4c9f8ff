/** The server's side of a WebSocket (RFC 6455) as an API server speaks it for exec and for forwarded ports. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Says yes to the upgrade. */
export function upgrade({ headers }: IncomingMessage, socket: Duplex): void {
  const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const [protocol = ''] = headers['sec-websocket-protocol']?.split(/, */) ?? [];
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    ...['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Protocol: ${protocol}`],
    `Sec-WebSocket-Accept: ${createHash('sha1').update(key).digest('base64')}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}

/** Of `binary` frames the first byte names the channel; a `text` is no frame of these protocols. */
export function frame(content: Uint8Array, kind: 'text' | 'binary' = 'binary'): Buffer {
  const head = Buffer.alloc(10);
  head[0] = kind === 'text' ? 0x81 : 0x82;
  if (content.length < 126) {
    head[1] = content.length;
    return Buffer.concat([head.subarray(0, 2), content]);
  }
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(content.length), 2);
  return Buffer.concat([head, content]);
}

export const onChannel = (channel: number, content: string | Uint8Array): Buffer =>
  frame(Buffer.concat([Buffer.of(channel), Buffer.from(content as string)]));

/** Nothing more is said. */
export const CLOSE = Buffer.of(0x88, 0);
