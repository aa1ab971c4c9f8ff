import type { PlannedChange } from '../../activities/kit/index.ts';
import { revealed } from './clean.ts';

type Input = Readonly<Record<string, unknown>>;

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '?' : JSON.stringify(value);
const podOf = (input: Input): { namespace: string; name: string; uid?: string } => {
  const pod = (typeof input['pod'] === 'object' && input['pod'] !== null ? input['pod'] : input) as Input;
  const { uid } = pod;
  return {
    namespace: text(pod['namespace']),
    name: text(pod['name']),
    ...(typeof uid === 'string' && { uid }),
  };
};
const workloadOf = (input: Input): string => {
  const workload = (
    typeof input['workload'] === 'object' && input['workload'] !== null ? input['workload'] : input
  ) as Input;
  return `-n ${word(workload['namespace'])} ${text(workload['kind'] ?? 'deployment').toLowerCase()}/${word(workload['name'])}`;
};

/** A word as a POSIX shell takes it back unchanged. */
export const word = (value: unknown): string => {
  const plain = text(value);
  return /^[\w@%+=:,./-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", `'\\''`)}'`;
};

/** kubectl has no verb for it. */
const evictionOf = ({ namespace, name, uid }: ReturnType<typeof podOf>): string => {
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { namespace, name },
    ...(uid !== undefined && { deleteOptions: { preconditions: { uid } } }),
  };
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  return `printf %s ${word(JSON.stringify(eviction))} | kubectl create --raw ${word(path)} -f -`;
};

const onHost = (input: Input, command: string): string => `ssh ${word(input['host'])} ${word(command)}`;

const COMMANDS: Readonly<Record<string, (input: Input) => string[]>> = {
  'kubernetes.cordonNode': (i) => [`kubectl cordon ${word(i['node'])}`],
  'kubernetes.uncordonNode': (i) => [`kubectl uncordon ${word(i['node'])}`],
  'kubernetes.deletePod': (i) => [`kubectl delete pod -n ${word(podOf(i).namespace)} ${word(podOf(i).name)}`],
  'kubernetes.evictPod': (i) => [evictionOf(podOf(i))],
  'kubernetes.rolloutUndo': (i) => [
    `kubectl rollout undo ${workloadOf(i)}${i['toRevision'] === undefined ? '' : ` --to-revision=${word(i['toRevision'])}`}`,
  ],
  'kubernetes.rolloutRestart': (i) => [`kubectl rollout restart ${workloadOf(i)}`],
  'kubernetes.execInPod': (i) => {
    const connect = i['connect'] as Input | undefined;
    const argv = Array.isArray(i['argv'])
      ? i['argv']
      : connect
        ? ['nc', '-w', '3', connect['host'], connect['port']]
        : [];
    return [
      `kubectl exec -n ${word(podOf(i).namespace)} ${word(podOf(i).name)} -- ${argv.map(word).join(' ')}`,
    ];
  },
  'hosts.restartService': (i) => [onHost(i, `sudo systemctl restart ${word(i['unit'])}`)],
  'hosts.setServiceLimit': (i) =>
    typeof i['memoryMax'] === 'string'
      ? [onHost(i, `sudo systemctl set-property ${word(i['unit'])} MemoryMax=${i['memoryMax']}`)]
      : [],
};

/** What a person would type instead of this change; nothing where no single command does it. */
export function byHand(change: Pick<PlannedChange, 'step' | 'input'>): string[] {
  const command = COMMANDS[change.step];
  const input = change.input;
  if (!command || input === null || typeof input !== 'object' || Array.isArray(input)) return [];
  return command(input).map(revealed);
}
