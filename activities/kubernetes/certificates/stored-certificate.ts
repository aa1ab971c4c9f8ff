import { implementRead, StepFailure, type CallContext } from '../../kit/index.ts';
import { hasStatus, printable } from '../client/failure.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { lastEditEver } from '../events/changes/snapshot.ts';
import { certificateIn } from './certificate.ts';

const CERTIFICATE = 'cert-manager.io/certificate-name';
const ISSUER = 'cert-manager.io/issuer-name';
const unknown = { certificate: null, writtenAt: null, renewal: null };

export const storedCertificate = ({ api }: KubernetesClient) => {
  return implementRead(kubernetes.storedCertificate, async ({ namespace, secret: name }, context) => {
    const secret = await api.find('secrets', { namespace, name }, context).catch((error: unknown) => {
      if (error instanceof StepFailure && hasStatus(error, 403)) return 'not-seen' as const;
      throw error;
    });
    if (secret === 'not-seen') return { state: 'not-seen' as const, ...unknown };
    if (!secret) return { state: 'missing' as const, ...unknown };
    const certificate = certificateIn(Buffer.from(secret.data?.['tls.crt'] ?? '', 'base64'));
    const owner = secret.metadata?.annotations?.[CERTIFICATE];
    return {
      state: certificate ? ('there' as const) : ('unreadable' as const),
      certificate: certificate ?? null,
      writtenAt: lastEditEver(secret)?.at ?? null,
      renewal:
        owner === undefined
          ? null
          : {
              by: 'cert-manager' as const,
              certificate: owner,
              issuer: secret.metadata?.annotations?.[ISSUER] ?? null,
              status: await statusOf(namespace, owner, context),
            },
    };
  });

  /** What cert-manager says; null where it may not be asked, or is not installed any more. */
  async function statusOf(namespace: string, name: string, context: CallContext) {
    try {
      const [certificate, requests] = await Promise.all([
        api.find('certificates', { namespace, name }, context),
        api.list('certificaterequests', { namespace }, context),
      ]);
      if (!certificate) return null;
      const ready = certificate.status?.conditions?.find((c) => c.type === 'Ready');
      const pending = requests.items.filter(
        (r) =>
          r.metadata?.annotations?.[CERTIFICATE] === name &&
          !(r.status?.conditions ?? []).some(
            (c) => c.type === 'Ready' && (c.status === 'True' || c.reason === 'Failed'),
          ),
      );
      return {
        ready: ready?.status === 'True',
        message: printable(ready?.message ?? '', 500),
        renewalTime: certificate.status?.renewalTime ?? null,
        pending: pending.map((r) => ({
          name: r.metadata?.name ?? '',
          created: r.metadata?.creationTimestamp ?? '',
          message: printable(r.status?.conditions?.find((c) => c.type === 'Ready')?.message ?? '', 300),
        })),
      };
    } catch (error) {
      if (hasStatus(error, 403) || hasStatus(error, 404)) return null;
      throw error;
    }
  }
};
