/**
 * A Service leads nowhere. Whether it is the Service (its selector, its target port) or the pods behind it decides
 * everything: only the first is mended here, and only to what somebody had applied or a release had offered.
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
  handOver,
  onAlert,
  propose,
  remind,
} from '../workflows/index.ts';
import { podsOf } from './analysis/pods-of.ts';
import { judgeBacking } from './analysis/service-backends.ts';
import { everyPortHasEndpoints } from './analysis/service-ports.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';
import { whyNotReady } from './service-without-endpoints/why-not-ready.ts';

export default defineRunbook({
  id: 'service-without-endpoints',
  title: 'A Service has no endpoints',
  owner: PLATFORM,
  description:
    'Lays the selector and the target ports of a Service beside what the workloads offer, now and before the last release. Puts the Service right where one of them changed; hands over where the pods are what is wrong.',
  input: z.object({ namespace: Namespace, service: Name, withinSeconds: Patience }),
  triggers: [
    onAlert(
      { alertname: /^(Kube|Kubernetes)?Service(WithoutEndpoints|HasNoEndpoints|EndpointsDown)$/ },
      ({ labels }) => ({ namespace: labels.namespace ?? '', service: labels.service ?? '' }),
    ),
  ],
  correlationKey: ({ namespace, service }) => `${namespace}/${service}`,
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, service: name, withinSeconds }) {
    const { service, workloads } = await kubernetes.serviceBackends({ namespace, service: name });
    if (!service) return handOver(`There is no Service ${namespace}/${name}: was it deleted or renamed?`);
    const selector = Object.entries(service.selector ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(',');
    const [{ pods: selected }, { pods: all }] = await Promise.all([
      selector ? kubernetes.listPods({ namespace, selector, limit: 1000 }) : { pods: [] },
      kubernetes.listPods({ namespace, limit: 1000 }),
    ]);
    const ports = service.ports.map(
      (p) => `${p.port}/${p.protocol} → ${p.targetPort}: ${p.readyEndpoints} ready`,
    );
    finding(`${name} selects ${selector || 'nothing'}: ${selected.length} pods`, {
      evidence: { ports, pods: selected.slice(0, 20).map((p) => `${p.name}: ${p.because}`) },
    });

    const judged = judgeBacking({ service, workloads, pods: selected });
    finding(judged.because, { evidence: `the fault is looked for in: ${judged.fault}` });
    if (judged.fault === 'none') return { over: true, found: judged.because };
    if (judged.fault === 'not-ready' || judged.fault === 'no-pods') {
      return handOver(judged.because, await whyNotReady({ namespace, pods: selected }));
    }
    if (judged.fault !== 'selector' && judged.fault !== 'target-port')
      return handOver(judged.because, { ports });

    const { workload } = judged;
    const behind = podsOf(all, workload);
    const ready = behind.filter((p) => p.ready).length;
    if (ready === 0) {
      return handOver(
        `${judged.because} But no pod of ${workload.name} is ready either (${behind.length} are there): the Service alone would not help.`,
        await whyNotReady({ namespace, pods: behind }),
      );
    }
    const plan = await propose(
      `Lead Service ${name} to ${workload.kind} ${workload.name} again`,
      [
        kubernetes.setServiceTarget({
          namespace,
          service: name,
          selector: judged.selector,
          targetPorts: judged.targetPorts,
        }),
      ],
      {
        because: `${judged.because} ${ready} of ${behind.length} pods of ${workload.name} are ready to serve.`,
      },
    );
    await carryOut(await approve(plan, ASK));
    const back = await check(
      `Every port of ${name} has ready endpoints`,
      async () => everyPortHasEndpoints(await kubernetes.endpointsOf({ namespace, service: name })),
      { within: `${withinSeconds}s` },
    );
    if (back === 'skipped') {
      const { mismatches } = await kubernetes.endpointsOf({ namespace, service: name });
      return handOver(`${name} was put right, and still has ports without ready endpoints.`, { mismatches });
    }
    remind(`Does the manifest of Service ${namespace}/${name} say the same as the cluster now?`, {
      at: 'next working day 09:30',
      to: PLATFORM,
    });
    return { service: name, leadsTo: workload.name };
  },
});
