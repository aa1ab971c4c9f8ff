import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { stringify } from 'yaml';
import { startBackground } from '../machine/background.ts';
import { makeCgroup } from '../machine/cgroups.ts';
import type { Layout } from '../layout.ts';
import { tokenOf } from '../control-plane/api-from-kubeconfig.ts';
import { SHOP } from '../scenarios/shop.ts';
import { kubeconfigOf } from '../workloads/access.ts';
import { alertmanagerUrl } from './alertmanager.ts';

export const prometheusUrl = (layout: Layout): string => `http://${layout.gateway}:9090`;

/**
 * Alerts while more than 5 % of the users' requests fail. Users are counted at the sender: a pod that exits takes its
 * counters along. Not in the namespace of the small scenarios, whose runs a person starts.
 */
const RULES = {
  groups: [
    {
      name: 'payments',
      interval: '1s',
      rules: [
        {
          alert: 'HighErrorRate',
          expr:
            `sum by (service, namespace) (rate(http_requests_total{namespace!="${SHOP}",code=~"5.."}[15s]))` +
            ` / sum by (service, namespace) (rate(http_requests_total{namespace!="${SHOP}"}[15s])) > 0.05`,
          for: '5s',
          labels: { severity: 'critical' },
          annotations: {
            summary: '{{ $labels.service }}: {{ $value | humanizePercentage }} of requests fail',
            description:
              'More than 5 % of the requests to {{ $labels.namespace }}/{{ $labels.service }} end with a 5xx.',
          },
        },
      ],
    },
  ],
};

/** Starts Debian's Prometheus and the process that tells it which pods there are; every pod is asked every second. */
export function startPrometheus(layout: Layout, of: { binary: string }): void {
  const { stateDirectory } = layout;
  const directory = join(stateDirectory, 'prometheus');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, 'rules.yaml'), stringify(RULES));
  const file = join(directory, 'prometheus.yaml');
  const targets = join(directory, 'targets.json');
  writeFileSync(file, stringify(configuration(layout, targets)));
  const cgroups = makeCgroup(layout.machineCgroup);
  startBackground({
    part: 'target-discovery',
    stateDirectory,
    cgroups,
    argv: [
      process.execPath,
      '--no-warnings',
      DISCOVERY,
      kubeconfigOf(layout, 'prometheus'),
      targets,
      'payments',
      SHOP,
    ],
  });
  startBackground({
    part: 'prometheus',
    stateDirectory,
    cgroups,
    argv: [
      of.binary,
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      '--storage.tsdb.retention.time=6h',
      `--web.listen-address=${new URL(prometheusUrl(layout)).host}`,
      '--log.level=warn',
    ],
  });
}

// The same file beside this one: TypeScript in the repository, JavaScript in the built package.
const DISCOVERY = join(import.meta.dirname, `discover-targets${extname(import.meta.filename)}`);

function configuration(layout: Layout, targets: string): object {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanagerUrl(layout)).host] }] }] },
    // A counter that names the service it counts for keeps that name.
    scrape_configs: [
      {
        job_name: 'pods',
        honor_labels: true,
        file_sd_configs: [{ files: [targets], refresh_interval: '5s' }],
      },
      kubelets(layout),
    ],
  };
}

/** What each container uses, as the kubelets count it. */
function kubelets(layout: Layout): object {
  const token = tokenOf(readFileSync(kubeconfigOf(layout, 'prometheus'), 'utf8'));
  return {
    job_name: 'kubelet-cadvisor',
    scheme: 'https',
    metrics_path: '/metrics/cadvisor',
    scrape_interval: '5s',
    scrape_timeout: '5s',
    authorization: { credentials: token },
    tls_config: { ca_file: join(layout.stateDirectory, 'pki', 'ca.crt') },
    static_configs: [{ targets: layout.nodes.map(({ address }) => `${address}:10250`) }],
    metric_relabel_configs: [
      {
        source_labels: ['__name__'],
        regex: 'container_(memory_working_set_bytes|cpu_usage_seconds_total|cpu_cfs_.*)',
        action: 'keep',
      },
      { source_labels: ['container'], regex: '.+', action: 'keep' },
    ],
  };
}
