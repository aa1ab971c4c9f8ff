/**
 * A certificate ends soon. What is served, what is stored and who renews it are looked at before anything is done: a
 * restart helps only a server that has not read the new one, and makes it worse for one whose new one is for other names.
 */
import { z } from 'zod';
import { kubernetes } from '../activities/kubernetes/contract.ts';
import { Name, Namespace } from '../activities/kubernetes/contract/identity.ts';
import {
  approve,
  carryOut,
  check,
  defineRunbook,
  finding,
  onAlert,
  propose,
  remind,
} from '../workflows/index.ts';
import { allServe, judgeExpiry } from './analysis/certificate-expiry.ts';
import { handOverWithTicket } from './certificate-about-to-expire/hand-over-with-ticket.ts';
import { lookAtCertificates } from './certificate-about-to-expire/look-at-certificates.ts';
import { whoServes } from './certificate-about-to-expire/who-serves.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';

export default defineRunbook({
  id: 'certificate-about-to-expire',
  title: 'A certificate is about to expire',
  owner: PLATFORM,
  description:
    'Compares the certificate that is served with the one that is stored, and says who renews it. Restarts a server that has not read the new one; else opens a ticket with the days that are left. Looks at the kubelet where a node is named, at the API server where nothing is.',
  input: z
    .object({
      namespace: Namespace.optional(),
      service: Name.optional(),
      /** Port of the Service that speaks TLS; 443, or its only one. */
      port: z.number().int().min(1).max(65535).optional(),
      /** The TLS Secret; found in what the pods mount when left out. */
      secret: Name.optional(),
      /** The kubelet of this node. */
      node: Name.optional(),
      /** Fewer days than these are too few. */
      days: z.number().int().min(1).max(365).default(14),
      withinSeconds: Patience,
    })
    .refine((i) => i.service === undefined || i.namespace !== undefined, {
      path: ['namespace'],
      message: 'say the namespace of the Service',
    })
    .refine((i) => i.secret === undefined || i.service !== undefined, {
      path: ['service'],
      message: 'say the Service that serves it',
    }),
  triggers: [
    onAlert(
      { alertname: /^(TLS|SSL|CertManager)?Cert(ificate)?(ExpirySoon|ExpiringSoon|AboutToExpire)$/ },
      ({ labels }) => ({
        namespace: labels.exported_namespace ?? labels.namespace ?? '',
        service: labels.service ?? '',
        ...(labels.secret && { secret: labels.secret }),
      }),
    ),
    onAlert({ alertname: 'KubeletServerCertificateExpiration' }, ({ labels }) => ({
      node: labels.node ?? '',
    })),
  ],
  correlationKey: ({ namespace = '', service = '', node = '' }) => `${namespace}/${service}/${node}`,
  whenAlertResolves: 'stop-before-first-change',

  async run(input) {
    const { namespace, service, days, withinSeconds } = input;
    const { what, served, stored, pods } = await lookAtCertificates(input);
    const judged = judgeExpiry({ served: served.served, stored: stored?.found, days, now: new Date() });
    finding(judged.because, { evidence: `the fault is looked for in: ${judged.fault}` });
    if (judged.fault === 'none') return { over: true, daysLeft: judged.daysLeft, found: judged.because };
    if (judged.fault !== 'stale' || !stored || namespace === undefined || service === undefined) {
      return handOverWithTicket({ what, judged, unapproved: served.unapproved });
    }

    const server = whoServes(pods, judged.stale);
    if (!server.workload)
      return handOverWithTicket({
        what,
        judged: { ...judged, because: `${judged.because} ${server.because}` },
        unapproved: [],
      });
    const workload = { namespace, ...server.workload };
    const plan = await propose(
      `Restart ${workload.name} so that it serves the certificate of ${stored.secret}`,
      [kubernetes.rolloutRestart(workload)],
      { because: `${judged.because} ${server.because}` },
    );
    await carryOut(await approve(plan, ASK));
    const within = { within: `${withinSeconds}s` } as const;
    const rolled = await check(
      `The restart of ${workload.name} is complete`,
      kubernetes.rolloutStatus,
      workload,
      within,
    );
    const fingerprint = stored.found.certificate?.fingerprint ?? '';
    const serves = await check(
      `All pods behind ${service} serve the stored certificate`,
      async () =>
        allServe(
          (await kubernetes.servedCertificates({ namespace, service, port: input.port })).served,
          fingerprint,
        ),
      within,
    );
    if (rolled === 'skipped' || serves === 'skipped') {
      const because = `${workload.name} was restarted, and the stored certificate is still not what all of its pods serve.`;
      return handOverWithTicket({ what, judged: { ...judged, because }, unapproved: [] });
    }
    remind(
      `Can ${workload.name} read a renewed certificate by itself? It had to be restarted for one at night.`,
      {
        at: 'next working day 09:30',
        to: PLATFORM,
      },
    );
    return { restarted: workload.name, until: stored.found.certificate?.notAfter };
  },
});
