/**
 * Names do not resolve. For whom and which ones is found out by asking, from several nodes and past the Service, before
 * anything is blamed: "it is DNS" is as often one node's way to it, a name that nobody has, or somebody else's server.
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
import { judgeDns } from './analysis/dns-fault.ts';
import { lookAtServers } from './dns-failure/look-at-servers.ts';
import { lookUp } from './dns-failure/look-up.ts';
import { mendServers } from './dns-failure/mend-servers.ts';
import { ASK, Patience, PLATFORM } from './platform-oncall.ts';

const HostName = z.string().regex(/^[A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/, 'must be a host name');
const NODES = 3;

export default defineRunbook({
  id: 'dns-failure',
  title: 'Names do not resolve',
  owner: PLATFORM,
  description:
    'Looks names up from several nodes, through the DNS Service and at each server, and tells a broken server from a way to it, an upstream and a name that nobody has. Puts an edited configuration of the servers back, or replaces the one that is deaf.',
  input: z.object({
    namespace: Namespace.default('kube-system'),
    service: Name.default('kube-dns'),
    /** A name that the cluster must know itself. */
    inside: HostName.default('kubernetes.default.svc.cluster.local'),
    /** Names that somebody could not resolve. */
    names: z.array(HostName).max(3).default([]),
    /** Nodes to ask from besides some others: where it was felt. */
    nodes: z.array(Name).max(NODES).default([]),
    withinSeconds: Patience,
  }),
  triggers: [
    onAlert(
      { alertname: /^CoreDNS(Down|Errors(High|Critical)|Forward(Errors|Healthcheck)\w*|Latency\w*)$/ },
      () => ({}),
    ),
    onAlert(
      { alertname: /^(Kube)?D[Nn][Ss](Lookups?|Resolution)?(Failing|Failure|Errors)$/ },
      ({ labels }) => ({
        ...(labels.node && { nodes: [labels.node] }),
      }),
    ),
  ],
  correlationKey: ({ namespace, service }) => `${namespace}/${service}`,
  whenAlertResolves: 'stop-before-first-change',

  async run({ namespace, service, inside, names: asked, nodes: felt, withinSeconds }) {
    const { service: found } = await kubernetes.serviceBackends({ namespace, service });
    if (!found?.selector)
      return handOver(`There is no Service ${namespace}/${service} with servers behind it.`, {
        next: 'Say which Service the pods are told to ask: cat /etc/resolv.conf in one of them.',
      });
    const [{ service: summary }, { pods: listed }, { nodes: all }] = await Promise.all([
      kubernetes.endpointsOf({ namespace, service }),
      kubernetes.listPods({ namespace, selector: selectorOf(found.selector) }),
      kubernetes.listNodes({}),
    ]);
    const pods = listed.filter((p) => p.condition !== 'terminating' && p.condition !== 'finished');
    const [address] = summary.clusterIPs;
    if (address === undefined)
      return handOver(`Service ${namespace}/${service} has no address of its own: nobody asks it.`);
    const servers = await lookAtServers({ namespace, pods });
    if (!pods.some((p) => p.ready)) {
      return handOver(
        `None of ${pods.length} DNS servers is ready: look at why they do not come up, the lookups can only fail.`,
        {
          servers: pods.map((p) => `${p.name}: ${p.because}`),
          next: `nightshift run crash-loop-by-configuration --set namespace=${namespace}`,
        },
      );
    }

    const known = all.filter((n) => felt.includes(n.name)).map((n) => n.name);
    const ready = all.filter((n) => n.ready === 'True').map((n) => n.name);
    const nodes = [...new Set([...known, ...ready])].slice(0, NODES);
    if (nodes.length === 0)
      return handOver(`None of ${all.length} nodes is Ready: there is nowhere to ask from.`);
    const names = [...new Set([inside, ...asked])];
    const resolver = { service: `${namespace}/${service}`, address, pods };
    const judged = judgeDns(
      await lookUp({ resolver, nodes, names, title: 'Find out who gets no answer to which names' }),
      inside,
    );
    finding(judged.because, { evidence: `the fault is looked for in: ${judged.fault}` });
    if (judged.fault === 'none') return { over: true, found: judged.because };
    if (judged.fault === 'way') {
      return handOver(judged.because, {
        nodes: judged.where,
        next: `Look at kube-proxy, the routes to the pods and the firewall there: ip route; iptables-save -t nat | grep ${address}`,
      });
    }
    if (judged.fault === 'name' || judged.fault === 'undecided')
      return handOver(judged.because, { asked: names });

    const mend = mendServers({ namespace, judged, pods, servers });
    if ('reason' in mend) return handOver(mend.reason, { next: mend.next });
    const plan = await propose(mend.title, mend.changes, { because: mend.because });
    await carryOut(await approve(plan, ASK));
    const workload = servers.workload && { namespace, ...servers.workload };
    if (workload) {
      await check(`The servers of ${service} are up`, kubernetes.rolloutStatus, workload, {
        within: `${withinSeconds}s`,
      });
    }
    const { pods: present } = await kubernetes.listPods({ namespace, selector: selectorOf(found.selector) });
    const serving = present.filter((p) => p.ready && p.condition !== 'terminating');
    const after = judgeDns(
      await lookUp({
        resolver: { ...resolver, pods: serving },
        nodes,
        names,
        title: 'See whether the names resolve now',
      }),
      inside,
    );
    finding(after.because, { evidence: `the fault is looked for in: ${after.fault}` });
    if (after.fault !== 'none')
      return handOver(`${mend.done}, and names still do not resolve: ${after.because}`);
    remind(`${mend.done} at night. Does its source say the same, and what was the change meant for?`, {
      at: 'next working day 09:30',
      to: PLATFORM,
    });
    return { done: mend.done, found: after.because };
  },
});

const selectorOf = (selector: Readonly<Record<string, string>>) =>
  Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
