/**
 * A kubelet's own pages (`/stats/summary`, `/metrics/cadvisor`), asked directly: the rights `nodes/stats` and
 * `nodes/metrics` are enough for that, where the API server's proxy wants `nodes/proxy`, which is as good as root there.
 */
import { request as send } from 'undici';
import { readBody } from '../../http/read-body.ts';
import { StepFailure } from '../../kit/index.ts';
import type { Authorised, Credentials } from './credentials.ts';
import { failureOfAnswer, failureOfTransport, hasStatus, type Request } from './failure.ts';
import { assertMaySend, type Limits } from './http.ts';
import type { RawNode } from './raw.ts';

const PORT = 10_250;
const MAX_BODY = 32 * 1024 * 1024;

/** `page`: `stats/summary`; its first part is the right that it takes. Never over an unverified connection. */
export function createKubelets(
  credentials: Credentials,
  { requestTimeoutMs }: { readonly requestTimeoutMs: number },
) {
  /** Refused by a kubelet although they had just been asked anew: what the API server may well take. */
  let refusedFresh: unknown;
  return async (node: RawNode, page: string, limits: Limits): Promise<string> => {
    const name = node.metadata?.name ?? '';
    const address = node.status?.addresses?.find((a) => a.type === 'InternalIP')?.address;
    if (!address) throw new StepFailure('invalid', `Node ${name} has no internal address`);
    if (credentials.config.getCurrentCluster()?.skipTLSVerify) {
      throw new StepFailure(
        'refused',
        `The kubelet of ${name} is not asked: the kubeconfig verifies nobody`,
        {
          next: 'Name the certificate authority in the kubeconfig instead of insecure-skip-tls-verify.',
        },
      );
    }
    const port = node.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? PORT;
    const host = address.includes(':') ? `[${address}]` : address;
    const request: Request = {
      server: `${host}:${port}`,
      asked: 'kubelet',
      verb: 'get',
      resource: `nodes/${page.split('/')[0]}`,
      name,
      writes: false,
    };
    for (let attempt = 1; ; attempt++) {
      assertMaySend(request, limits);
      let authorised: Authorised | undefined;
      try {
        authorised = await credentials.authorise();
        return await once(`https://${request.server}/${page}`, { request, authorised, limits });
      } catch (error) {
        if (authorised && hasStatus(error, 401)) {
          const { shown } = authorised;
          if (attempt > 1) refusedFresh = shown;
          else if (shown !== refusedFresh && credentials.refused(authorised)) continue;
        }
        if (error instanceof StepFailure) throw error;
        throw failureOfTransport(request, error, { sent: false });
      }
    }
  };

  async function once(
    url: string,
    o: { readonly request: Request; readonly authorised: Authorised; readonly limits: Limits },
  ): Promise<string> {
    const { request, limits } = o;
    const { headers, dispatcher } = o.authorised;
    const timeUp = AbortSignal.timeout(
      Math.max(0, Math.min(limits.deadline.getTime() - Date.now(), requestTimeoutMs)),
    );
    try {
      const answer = await send(url, {
        headers: { ...headers, 'user-agent': 'nightshift' },
        ...(dispatcher && { dispatcher }),
        signal: AbortSignal.any([limits.signal, timeUp]),
      });
      const body = await readBody(answer.body, MAX_BODY);
      if (body === undefined) throw new Error(`the answer is longer than ${MAX_BODY} bytes`);
      if (answer.statusCode < 300) return body;
      throw failureOfAnswer(request, { status: answer.statusCode, body });
    } catch (error) {
      if (error instanceof StepFailure) throw error;
      throw failureOfTransport(request, error, { sent: false, timedOut: timeUp.aborted });
    }
  }
}
