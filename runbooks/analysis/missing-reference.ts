/** A container that is not started because a ConfigMap, a Secret or a key of one is not there, in the kubelet's words. */
import type { ConfigurationSource, Pod } from '../../activities/kubernetes/contract.ts';
import type { ConfigurationFault, ConfigurationSeen } from './configuration-change.ts';

interface Missing {
  readonly kind: ConfigurationSource['kind'];
  readonly name: string;
  /** Undefined where the whole of it is missing. */
  readonly key: string | undefined;
}

/** Undefined where no container waits for one. */
export function missingReference(seen: ConfigurationSeen): ConfigurationFault | undefined {
  const [missing] = seen.sick.flatMap(missingOf);
  if (!missing) return undefined;
  const { kind, name, key } = missing;
  const what = key ? `key ${key} of ${kind} ${name}` : `${kind} ${name}`;
  const source = seen.sources.find((s) => s.kind === kind && s.name === name);
  const who = source?.lastEdit
    ? ` It was written last by ${source.lastEdit.by} at ${source.lastEdit.at}.`
    : '';
  const waits = `${seen.sick.length} pods are not started for want of ${what}.`;

  const asks = seen.release?.differences.find((d) => {
    const now = `${d.path} ${d.after ?? ''}`;
    return d.after !== null && now.includes(name) && (!key || now.includes(key));
  });
  const asksForKey =
    asks ??
    (key ? seen.release?.differences.find((d) => d.path.includes('KeyRef') && d.after === key) : undefined);
  if (asksForKey) {
    return {
      fault: 'release',
      because: `${waits} The present release asks for it (${asksForKey.path}), the one before did not.`,
    };
  }
  const lost =
    key === undefined ? undefined : source?.changes.find((c) => c.key === key && c.present === null);
  if (lost?.applied !== undefined && lost.applied !== null && !lost.hidden) {
    return {
      fault: 'config-map',
      configMap: name,
      values: { [key!]: lost.applied },
      because: `${waits} It was there when the ConfigMap was applied last.${who}`,
    };
  }
  const known = source && source.keys.length > 0 ? ` It has ${source.keys.join(', ')}.` : '';
  const unseen = source?.state === 'not-seen' ? ` ${kind}s are not mine to look at.` : '';
  return {
    fault: 'missing',
    because: `${waits} Nothing says what it held: it has to be made again by whoever owns it.${who}${known}${unseen}`,
  };
}

/** From pkg/kubelet/kubelet_pods.go and the API server's NotFound: the words are the kubelet's own. */
function missingOf(pod: Pod): Missing[] {
  return pod.containers.flatMap(({ waiting, waitingMessage = '' }) => {
    if (waiting !== 'CreateContainerConfigError') return [];
    const key = /couldn't find key (\S+) in (ConfigMap|Secret) [^/\s]+\/(\S+)/.exec(waitingMessage);
    if (key) return [{ kind: key[2] as Missing['kind'], name: key[3]!, key: key[1] }];
    const whole = /\b(configmap|secret) "([^"]+)" not found/i.exec(waitingMessage);
    if (!whole) return [];
    const kind = whole[1]!.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap';
    return [{ kind, name: whole[2]!, key: undefined }];
  });
}
