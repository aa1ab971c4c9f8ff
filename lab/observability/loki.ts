import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Layout } from '../layout.ts';
import { startBackground } from '../machine/background.ts';
import { makeCgroup } from '../machine/cgroups.ts';

export const lokiUrl = (layout: Layout): string => `http://${layout.gateway}:3100`;

/** Starts Loki in one process, with its data in the lab's directory. Lines are pushed to it over HTTP. */
export function startLoki(layout: Layout, of: { readonly binary: string }): void {
  const directory = join(layout.stateDirectory, 'loki');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'loki.yaml');
  writeFileSync(file, stringify(configuration(layout, directory)));
  startBackground({
    part: 'loki',
    stateDirectory: layout.stateDirectory,
    cgroups: makeCgroup(layout.machineCgroup),
    argv: [of.binary, `-config.file=${file}`, '-log.level=warn'],
  });
}

function configuration(layout: Layout, directory: string): object {
  const { hostname, port } = new URL(lokiUrl(layout));
  return {
    auth_enabled: false,
    server: {
      http_listen_address: hostname,
      http_listen_port: Number(port),
      grpc_listen_address: hostname,
      grpc_listen_port: 9096,
    },
    common: {
      instance_addr: hostname,
      path_prefix: directory,
      storage: {
        filesystem: {
          chunks_directory: join(directory, 'chunks'),
          rules_directory: join(directory, 'rules'),
        },
      },
      replication_factor: 1,
      ring: { kvstore: { store: 'inmemory' } },
    },
    // Alone in its ring, it has nobody to wait for.
    ingester: { lifecycler: { min_ready_duration: '0s', final_sleep: '0s' } },
    schema_config: {
      configs: [
        {
          from: '2024-01-01',
          store: 'tsdb',
          object_store: 'filesystem',
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
    analytics: { reporting_enabled: false },
  };
}
