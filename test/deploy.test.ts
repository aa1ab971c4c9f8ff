import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { parseConfig } from '../config/index.ts';
import productionConfig from '../deploy/nightshift.config.ts';

interface Service {
  image: string;
  command?: string[];
  user?: string;
  ports?: string[];
  restart?: string;
  healthcheck?: unknown;
  secrets?: (string | { source: string; target: string })[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string>;
}
const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);
const ONE_SHOTS = ['temporal-schema', 'temporal-namespace'];
const OURS = ['gateway', 'worker-runs', 'worker-changes'];
const sources = (service: Service | undefined) =>
  (service?.secrets ?? []).map((s) => (typeof s === 'string' ? s : s.source));

test('the topology: a database, Temporal with its one-shots and UI, a gateway, two workers', () => {
  expect(services.map(([name]) => name).sort()).toEqual(
    ['postgresql', 'temporal', 'temporal-ui', ...ONE_SHOTS, ...OURS].sort(),
  );
});

test('every image has an exact version, and none is the deprecated auto-setup', () => {
  for (const [name, { image }] of services) {
    expect({ name, image, pinned: /:\d+\.\d+(\.\d+)?[\w.-]*$/.test(image) }).toMatchObject({ pinned: true });
    expect(image).not.toContain('auto-setup');
  }
  const bases = read('deploy/Dockerfile').match(/^FROM (\S+)/gm);
  expect(bases).toEqual(['FROM node:24.21.0-bookworm-slim', 'FROM node:24.21.0-bookworm-slim']);
});

test('what stays up has a health check; the one-shots come in their order', () => {
  for (const [name, service] of services) {
    expect({ name, checked: service.healthcheck !== undefined }).toEqual({
      name,
      checked: !ONE_SHOTS.includes(name),
    });
  }
  const { temporal, gateway } = compose.services;
  expect(temporal?.depends_on).toEqual({
    'temporal-schema': { condition: 'service_completed_successfully' },
  });
  expect(gateway?.depends_on).toMatchObject({
    'temporal-namespace': { condition: 'service_completed_successfully' },
  });
});

test('nothing is bound but to loopback', () => {
  const ports = services.flatMap(([, service]) => service.ports ?? []);
  expect(ports.length).toBeGreaterThan(0);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

test('our processes are not root, read-only, and without capabilities', () => {
  for (const name of OURS) {
    expect(compose.services[name]).toMatchObject({
      user: '1000:1000',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  }
  expect(read('deploy/Dockerfile')).toMatch(/^USER node$/m);
});

test('only the change worker is given the credentials for changes, only the gateway its key', () => {
  const holders = (secret: string) =>
    services.filter(([, s]) => sources(s).includes(secret)).map(([name]) => name);
  expect(holders('kubeconfig-change')).toEqual(['worker-changes']);
  expect(holders('ssh-change')).toEqual(['worker-changes']);
  expect(holders('gateway-key')).toEqual(['gateway']);
  expect(holders('sealer-key')).toEqual(['worker-runs', 'worker-changes']);
});

test('secrets are files that Git ignores, never values', () => {
  for (const [, { file }] of Object.entries(compose.secrets)) expect(file).toMatch(/^\.\/deploy\/secrets\//);
  expect(read('deploy/.gitignore')).toContain('secrets/');
  for (const [, { environment = {} }] of services) {
    for (const key of Object.keys(environment)) expect(key).not.toMatch(/(PASSWORD|PWD|TOKEN|SECRET)$/);
  }
});

test('every file that is mounted or copied exists', () => {
  const mounted = services
    .flatMap(([, { volumes = [] }]) => volumes)
    .map((volume) => volume.split(':')[0] ?? '')
    .filter((path) => path.startsWith('./') && !path.startsWith('./deploy/secrets/'));
  for (const path of mounted) expect(read(path)).not.toBe('');
  const copied = [...read('deploy/Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((m) =>
    (m[1] ?? '').split(' '),
  );
  const ignored = read('deploy/Dockerfile.dockerignore');
  for (const path of copied.filter((p) => p !== './')) expect(ignored).toContain(`!${path}\n`);
  expect(folders(copied).filter((folder) => !copied.includes(folder))).toEqual([]);
});

/** The folders of the top level that what is in these imports at run time. */
function folders(copied: readonly string[]): string[] {
  const root = join(import.meta.dirname, '..');
  const sources = copied.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }));
  const imports = sources.flatMap((file) =>
    [
      ...readFileSync(join(root, file), 'utf8').matchAll(
        /^(?:import|export) (?!type\b)[^;]*?from '(\.[^']+)'/gm,
      ),
    ].map(([, other = '']) => join(dirname(file), other).split('/')[0]!),
  );
  return [...new Set(imports)];
}

test('the configuration that is mounted is a good one, and its secrets are where compose puts them', () => {
  const config = parseConfig(productionConfig, { name: 'deploy/nightshift.config.ts' });
  expect(config).toMatchObject({
    development: false,
    temporal: { address: 'temporal:7233', namespace: 'nightshift' },
  });
  expect(config.database.url.file).toBe('/run/secrets/nightshift-database-url');
  const targets = (compose.services['worker-changes']?.secrets ?? []).map((s) =>
    typeof s === 'string' ? s : s.target,
  );
  const { clusters, hosts } = config;
  const kubeconfigs = clusters.flatMap(({ read, change }) =>
    [read, change].map((access) => ('kubeconfig' in access ? access.kubeconfig : undefined)),
  );
  expect(kubeconfigs).toHaveLength(2);
  for (const file of [...kubeconfigs, hosts?.read?.identityFile, hosts?.change?.identityFile]) {
    expect(targets).toContain(file);
  }
});

test('the scripts are POSIX shell', () => {
  for (const script of ['postgres/databases.sh', 'temporal/schema.sh', 'temporal/namespace.sh']) {
    execFileSync('sh', ['-n', fileURLToPath(new URL(`../deploy/${script}`, import.meta.url))]);
  }
});
