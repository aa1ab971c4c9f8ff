import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DEBUG_IMAGE } from './images/image-names.ts';

const url = z.string();
const path = z.string();

/** Who runs kube-proxy on the nodes: a systemd unit of each, or a DaemonSet in kube-system. */
export const KUBE_PROXY_MODES = ['unit', 'daemonset'] as const;
export type KubeProxyMode = (typeof KUBE_PROXY_MODES)[number];

/** `lab.json`: all that the product, the CLI and tests need to know about a lab. Times are ISO 8601, paths absolute. */
export const LabDetails = z.object({
  name: z.string(),
  index: z.number().int(),
  /** `starting` is written before the first resource is made: a lab found in it crashed half-way up. */
  phase: z.enum(['starting', 'up', 'broken']),
  kubeProxy: z.enum(KUBE_PROXY_MODES).default('unit'),
  stateDirectory: path,
  startedAt: z.string(),
  /** The process that made the lab, for a sweep of labs whose test run was killed. */
  owner: z.object({ pid: z.number(), startTime: z.string() }),
  cluster: z.object({
    server: url,
    certificateAuthority: path,
    serviceCidr: z.string(),
    podCidr: z.string(),
    nodeCidr: z.string(),
  }),
  kubeconfigs: z.object({ admin: path, read: path, change: path }),
  nodes: z.array(
    z.object({
      name: z.string(),
      zone: z.string(),
      address: z.string(),
      sshPort: z.number().int(),
      podCidr: z.string(),
    }),
  ),
  ssh: z.object({ user: z.string(), readingKey: path, changingKey: path, knownHosts: path }),
  prometheus: z.object({ url }),
  alertmanager: z.object({ url }),
  /** Only while it runs: it was asked for. */
  loki: z.object({ url }).optional(),
  /** Only while it runs. `otlp` takes spans over HTTP. */
  jaeger: z.object({ url, otlp: url }).optional(),
  auditLog: path,
  workload: z.object({
    namespace: z.string(),
    service: z.string(),
    selector: z.string(),
    database: z.string(),
    probeNamespace: z.string(),
    probeImage: z.string(),
    /** Labs of older versions do not say it. */
    debugImage: z.string().default(DEBUG_IMAGE),
  }),
});
export type LabDetails = z.infer<typeof LabDetails>;

export const DETAILS_FILE = 'lab.json';

export async function writeDetails(details: LabDetails): Promise<void> {
  await mkdir(details.stateDirectory, { recursive: true, mode: 0o700 });
  const file = join(details.stateDirectory, DETAILS_FILE);
  await writeFile(`${file}.new`, `${JSON.stringify(details, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Reads `lab.json`; undefined when there is none. */
export async function readDetails(file: string): Promise<LabDetails | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return LabDetails.parse(JSON.parse(text));
}
