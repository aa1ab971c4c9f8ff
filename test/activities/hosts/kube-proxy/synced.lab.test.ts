/** kubeProxySynced with a thousand Services, in the modes that kube-proxy has: what it must never take for synced. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { hosts } from '../../../../activities/hosts/contract.ts';
import { createSsh, type Ssh } from '../../../../activities/hosts/ssh/ssh.ts';
import { createHostsSteps } from '../../../../activities/hosts/steps.ts';
import { createKubernetesClients, type KubernetesClient } from '../../../../activities/kubernetes/clients.ts';
import { readServiceRouting } from '../../../../activities/kubernetes/services/routing.ts';
import { apiFromKubeconfig } from '../../../../lab/control-plane/api-from-kubeconfig.ts';
import type { ClusterApi } from '../../../../lab/control-plane/cluster-api.ts';
import { MERCHANTS, offboardMerchants, onboardMerchants } from '../../../../lab/incident/onboarding.ts';
import { insideNode } from '../../../../lab/node/inside-node.ts';
import { labUnderTest } from '../../../lab/lab-under-test.ts';
import { until } from '../../../setup/until.ts';
import { callContext, implemented } from '../called.ts';

const LONG = 300_000;
const SERVICES = 1_000;
const host = 'node-worker-3';
const unit = 'kube-proxy.service';
const CONFIGURATION = '/etc/kubernetes/kube-proxy.yaml';
const DROP_IN = '/run/systemd/system/kube-proxy.service.d/50-test.conf';
const API_PORT = '6443';

let api: ClusterApi;
let cluster: KubernetesClient;
let ssh: Ssh;
/** As if the worker's clock were so far behind the host's. */
let behindMs = 0;
let steps: ReturnType<typeof implemented>;
let original: string;
let root: (...argv: string[]) => Promise<string>;

beforeAll(async () => {
  const { details } = await labUnderTest();
  api = apiFromKubeconfig(readFileSync(details.kubeconfigs.admin, 'utf8'));
  cluster = createKubernetesClients({ kubeconfig: details.kubeconfigs.read });
  const { user, readingKey, knownHosts } = details.ssh;
  ssh = createSsh({
    user,
    port: 22,
    identityFile: readingKey,
    knownHostsFile: knownHosts,
    addresses: Object.fromEntries(details.nodes.map(({ name, address }) => [name, address])),
    connectTimeoutMs: 30_000,
  });
  const clocked: Ssh = {
    run: async (...call) => {
      const ran = await ssh.run(...call);
      return { ...ran, sentAt: ran.sentAt - behindMs, endedAt: ran.endedAt - behindMs };
    },
    close: () => ssh.close(),
  };
  const serviceRouting = () => readServiceRouting(cluster.api, callContext());
  steps = implemented(createHostsSteps({ ssh: { read: clocked }, serviceRouting }));
  root = async (...argv) =>
    (await insideNode({ stateDirectory: details.stateDirectory, node: host }, argv)).stdout;
  original = await root('cat', CONFIGURATION);
  await onboardMerchants(api, SERVICES);
});

afterAll(async () => {
  await root('rm', '-f', DROP_IN);
  await write(CONFIGURATION, original);
  await root('systemctl', 'daemon-reload');
  await offboardMerchants(api);
  await root('systemctl', 'stop', unit);
  await root('systemctl', 'start', unit);
  await synced();
  ssh.close();
  api.close();
  await cluster.close();
});

const write = (file: string, content: string) =>
  root('sh', '-c', 'mkdir -p "${1%/*}"; printf %s "$2" > "$1"', 'sh', file, content);

const look = (since?: string) => steps.read(hosts.kubeProxySynced, { host, ...(since && { since }) });

async function synced() {
  const verdict = await steps.read(
    hosts.waitForKubeProxySync,
    { host, withinSeconds: 240 },
    { withinMs: LONG },
  );
  expect([verdict.verdict, verdict.reason]).toEqual(['pass', expect.stringContaining('has synced')]);
  return verdict;
}

/** Periodic syncs, which would mend what a test breaks, come once an hour. */
async function startIn(mode: string, memoryMax: string): Promise<void> {
  const configuration = parse(original) as object;
  const syncing = { syncPeriod: '1h' };
  await write(CONFIGURATION, stringify({ ...configuration, mode, iptables: syncing, nftables: syncing }));
  await write(DROP_IN, `[Service]\nMemoryMax=${memoryMax}\nRestartSec=1\n`);
  await root('systemctl', 'daemon-reload');
  // Not `restart`: one that meets an automatic restart on its way counts as automatic, and as not stable for two minutes.
  await root('systemctl', 'stop', unit);
  await root('systemctl', 'start', unit);
}

/** What the API server says does not arrive at the node, over connections that it has and new ones. */
const apiAway = (how: '-I' | '-D') =>
  root('iptables', '-w', how, 'INPUT', '-p', 'tcp', '--sport', API_PORT, '-j', 'DROP');

/** A merchant's Service by its place in the list, and what breaks it in the rules behind kube-proxy's back. */
const BREAKING: Record<
  string,
  { missing: (clusterIP: string) => string; stale: (clusterIP: string) => string }
> = {
  iptables: {
    missing: (ip) =>
      `iptables-save -t nat | sed -n 's/^-A \\(KUBE-SERVICES -d ${ip}.32 .*\\)/iptables -w -t nat -D \\1/p' | sh`,
    stale: (ip) =>
      `svc=$(iptables-save -t nat | sed -n 's/^-A KUBE-SERVICES -d ${ip}.32 .* -j //p'); ` +
      `sep=$(iptables-save -t nat | sed -n "s/^-A $svc .* -j \\(KUBE-SEP-.*\\)/\\1/p" | head -n 1); ` +
      `iptables -w -t nat -A "$sep" -p tcp -j DNAT --to-destination 192.0.2.9:8443`,
  },
  nftables: {
    missing: (ip) => `nft delete element ip kube-proxy service-ips "{ ${ip} . tcp . 443 }"`,
    stale: (ip) =>
      `chain=$(nft list map ip kube-proxy service-ips | sed -n 's/.*${ip} . tcp . 443 : goto \\([^, ]*\\).*/\\1/p'); ` +
      `endpoint=$(nft list chain ip kube-proxy "$chain" | sed -n 's/.*goto \\(endpoint-[^, ]*\\).*/\\1/p' | head -n 1); ` +
      `nft flush chain ip kube-proxy "$endpoint"; ` +
      `nft add rule ip kube-proxy "$endpoint" meta l4proto tcp dnat to 192.0.2.9:8443`,
  },
};

const clusterIPOf = async (name: string) =>
  (
    await api.call<{ spec: { clusterIP: string } }>(
      'GET',
      `/api/v1/namespaces/${MERCHANTS.namespace}/services/${name}`,
    )
  ).spec.clusterIP;

for (const mode of ['iptables', 'nftables']) {
  test(`${mode}: a thousand Services are compared one by one`, async () => {
    await startIn(mode, '1G');
    const { compared, mode: found } = await synced();
    expect(compared).toBeGreaterThan(SERVICES);
    expect(found).toBe(mode);
  });

  test(`${mode}: one Service that is missing, and one endpoint that is stale, are named`, async () => {
    const broken = BREAKING[mode]!;
    for (const [name, breakIt, difference] of [
      ['merchant-100', broken.missing, 'no rule for it'],
      ['merchant-200', broken.stale, '192.0.2.9:8443'],
    ] as const) {
      await root('sh', '-ec', breakIt(await clusterIPOf(name)));
      const verdict = await look();
      expect(verdict).toMatchObject({ verdict: 'fail', mode });
      const found = verdict.differences.find(({ service }) =>
        service.startsWith(`${MERCHANTS.namespace}/${name}`),
      );
      expect([name, found?.difference]).toEqual([name, expect.stringContaining(difference)]);
    }
    // In nftables mode a restart leaves an endpoint's chain as it is when it is there.
    if (mode === 'nftables') await root('nft', 'delete', 'table', 'ip', 'kube-proxy');
    await root('systemctl', 'restart', unit);
    await synced();
  });

  test(`${mode}: without the API server it is not synced, be the process old or just restarted`, async () => {
    await apiAway('-I');
    try {
      const slice = `/apis/discovery.k8s.io/v1/namespaces/${MERCHANTS.namespace}/endpointslices/merchant-300`;
      const moved = [
        {
          op: 'replace',
          path: '/endpoints/0/addresses/0',
          value: mode === 'nftables' ? '192.0.2.2' : '192.0.2.1',
        },
      ];
      await api.call('PATCH', slice, moved, 'application/json-patch+json');
      const old = await look();
      expect([old.verdict, old.differing, old.differences[0]?.service]).toEqual([
        'fail',
        1,
        expect.stringContaining('merchant-300'),
      ]);

      // The process before it has left its rules; the new one cannot even ask which node it is on.
      await root('systemctl', 'restart', unit);
      for (let looks = 0; looks < 3; looks++) {
        const fresh = await look();
        expect(['fail', 'unknown']).toContain(fresh.verdict);
        expect(fresh.reason).toMatch(/has not been told of any Service|does not answer on its metrics port/);
      }
      expect(await root('sh', '-c', 'iptables-save -t nat; nft list table ip kube-proxy || true')).toContain(
        '198.51.100.',
      );
    } finally {
      await apiAway('-D');
    }
    await synced();
  });

  test(`${mode}: rules that a process has left which runs no more are not synced, nor is a process before the restart`, async () => {
    const { hostTime } = await synced();
    const later = new Date(Date.parse(hostTime!) + 1_000).toISOString();
    expect(await look(later)).toMatchObject({
      verdict: 'fail',
      reason: expect.stringContaining('before the restart'),
    });
    await root('systemctl', 'stop', unit);
    expect(await look()).toMatchObject({
      verdict: 'fail',
      reason: expect.stringContaining('runs no process'),
    });
  });

  test(`${mode}: one that the kernel kills again and again is not synced at any moment`, async () => {
    await startIn(mode, '14M');
    const reasons: string[] = [];
    await until(
      async () => {
        const { verdict, reason } = await look();
        expect([verdict, reason]).not.toEqual(['pass', expect.anything()]);
        reasons.push(reason);
        return reasons.filter((text) => text.includes('restarts again and again')).length >= 3;
      },
      () => reasons.at(-1) ?? '',
    );
    const { oomKillsLastHour } = await steps.read(hosts.serviceStatus, { host, unit });
    expect(oomKillsLastHour).toBeGreaterThan(0);
  });
}

test('with clocks five minutes apart a restart cannot be told from the time before it, so nothing is said to be synced since', async () => {
  await startIn('iptables', '1G');
  await synced();
  const { mainStartedAt } = await steps.read(hosts.serviceStatus, { host, unit });
  expect(await look(mainStartedAt!)).toMatchObject({ verdict: 'pass' });
  for (const ms of [300_000, -300_000]) {
    behindMs = ms;
    try {
      expect(await look(mainStartedAt!)).toMatchObject({
        verdict: 'unknown',
        reason: expect.stringContaining('300 s'),
      });
    } finally {
      behindMs = 0;
    }
  }
});
