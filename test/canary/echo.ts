import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Echo {
  readonly url: string;
  readonly heard: { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string }[];
  readonly server: Server;
}

/** Refuses everything, and says back all that it was sent: what a proxy that means well does. */
export async function startEcho(): Promise<Echo> {
  const heard: Echo['heard'] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { url = '', headers } = request;
      heard.push({ url, headers, body });
      // Slack says with a 200 that it refuses.
      const status = url.includes('.') ? 200 : heard.length % 2 === 0 ? 500 : 403;
      response.writeHead(status, {
        'content-type': 'application/json',
        'x-said': String(headers.authorization ?? ''),
      });
      response.end(JSON.stringify({ ok: false, error: `refused ${url} ${JSON.stringify(headers)} ${body}` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard, server };
}
