/**
 * Which change of its configuration makes a workload crash: a reference that leads nowhere, an edit of a ConfigMap, or
 * what a release changed. Each is acquitted by a pod that has started with it and is well.
 */
import type { ConfigurationSource, Difference, Pod } from '../../activities/kubernetes/contract.ts';
import { isHealthy } from './is-sick.ts';
import { missingReference } from './missing-reference.ts';

export interface ConfigurationSeen {
  /** The workload's pods. */
  readonly pods: readonly Pod[];
  /** Those that crash or do not start. */
  readonly sick: readonly Pod[];
  readonly sources: readonly ConfigurationSource[];
  /** What the present revision changed, and its pod template hash; nothing where there is none before. */
  readonly release:
    { readonly differences: readonly Difference[]; readonly templateHash: string | null } | undefined;
  /** When the trouble began, as `sickSince` has it. */
  readonly since: string | undefined;
  /** The last words of the crashing containers. */
  readonly log: readonly string[];
}

export type ConfigurationFault =
  | {
      readonly fault: 'config-map';
      readonly configMap: string;
      /** What was applied, by key; null: the key was not there. */
      readonly values: Readonly<Record<string, string | null>>;
      readonly because: string;
    }
  | { readonly fault: 'release'; readonly because: string }
  | { readonly fault: 'missing' | 'several' | 'undecided' | 'elsewhere'; readonly because: string };

export function configurationFault(seen: ConfigurationSeen): ConfigurationFault {
  return missingReference(seen) ?? byWhoIsWell(seen);
}

function byWhoIsWell(seen: ConfigurationSeen): ConfigurationFault {
  const edited = seen.sources.filter((s) => s.changes.length > 0 && suspected(s, seen));
  const acquitted = seen.sources.filter((s) => s.changes.length > 0 && !suspected(s, seen));
  const release = suspectedRelease(seen);
  const also = acquitted.map(
    (s) =>
      ` ConfigMap ${s.name} differs from what was applied too, but pods have started with it and are well.`,
  );
  if (edited.length === 1 && !release) return putBackOf(edited[0]!, { ...seen, also: also.join('') });
  if (edited.length === 0 && release) {
    return release.unrelated.length > 0 && !namesOne(seen.log, namesIn(release.configuration))
      ? {
          fault: 'undecided',
          because: `The release changed the configuration (${pathsOf(release.configuration)}) and more than that (${pathsOf(release.unrelated)}), and the log does not say which it is.${also.join('')}`,
        }
      : {
          fault: 'release',
          because: `Only pods of the new revision crash. It changed ${pathsOf(release.configuration)}.${also.join('')}`,
        };
  }
  if (edited.length > 0) {
    const suspects = [...edited.map((s) => `ConfigMap ${s.name}`), ...(release ? ['the release'] : [])];
    const [named, ...others] = edited.filter((s) =>
      namesOne(
        seen.log,
        s.changes.map((c) => c.key),
      ),
    );
    const releaseNamed = release && namesOne(seen.log, namesIn(release.configuration));
    if (named && others.length === 0 && !releaseNamed) {
      return putBackOf(named, { ...seen, also: ` Of ${suspects.join(' and ')} the log names only this.` });
    }
    return {
      fault: 'several',
      because: `${suspects.join(' and ')} changed before the crashes, and nothing tells them apart.`,
    };
  }
  const unseen = seen.sources.filter((s) => s.state === 'not-seen').map((s) => `${s.kind} ${s.name}`);
  return {
    fault: 'elsewhere',
    because: `Nothing of its configuration changed that a crashing pod has and a healthy one has not.${also.join('')}${unseen.length > 0 ? ` Not looked at, for want of rights: ${unseen.join(', ')}.` : ''}`,
  };
}

/** Edited before the trouble began, and no pod that is well began its life after the edit. */
function suspected({ lastEdit }: ConfigurationSource, { pods, since }: ConfigurationSeen): boolean {
  if (!lastEdit) return true;
  const at = Date.parse(lastEdit.at);
  if (pods.some((p) => isHealthy(p) && startsOf(p).some((start) => start > at))) return false;
  return since === undefined || Date.parse(since) >= at;
}

const startsOf = (pod: Pod): number[] =>
  pod.containers.flatMap((c) => {
    const at = c.startedAt ?? c.lastTermination?.startedAt;
    return c.kind === 'main' && at ? [Date.parse(at)] : [];
  });

const CONFIGURATION = /\.(env|envFrom|args|command)\b|^spec\.volumes\b/;
/** Marks that tools leave so that pods are replaced: no reason to crash. */
const NEUTRAL = /^metadata\.(annotations|labels)\b/;

function suspectedRelease({ pods, sick, release }: ConfigurationSeen) {
  if (!release || release.templateHash === null) return undefined;
  const isNew = (p: Pod) => p.templateHash === release.templateHash;
  const configuration = release.differences.filter((d) => CONFIGURATION.test(d.path));
  if (configuration.length === 0 || !sick.every(isNew)) return undefined;
  if (pods.some((p) => isNew(p) && isHealthy(p))) return undefined;
  const unrelated = release.differences.filter((d) => !CONFIGURATION.test(d.path) && !NEUTRAL.test(d.path));
  return { configuration, unrelated };
}

/** What was applied, for the keys that the log names or else for all that differ. */
export function putBackOf(
  source: ConfigurationSource,
  { log, also = '' }: { readonly log: readonly string[]; readonly also?: string },
): ConfigurationFault {
  const said = source.changes.filter((c) => namesOne(log, [c.key]));
  const meant = said.length > 0 ? said : source.changes;
  const hidden = meant.filter((c) => c.hidden).map((c) => c.key);
  const who = source.lastEdit
    ? `${source.lastEdit.by} wrote it at ${source.lastEdit.at}`
    : 'who wrote it is not known';
  const what = `ConfigMap ${source.name} is not what was applied in ${meant.map((c) => c.key).join(', ')}: ${who}, and no pod that started since is well.`;
  if (hidden.length > 0 || source.immutable) {
    const why = source.immutable
      ? 'it is immutable'
      : `${hidden.join(', ')} holds what looks like a secret, or is too large to show`;
    return { fault: 'undecided', because: `${what} It is not for me to write: ${why}.${also}` };
  }
  return {
    fault: 'config-map',
    configMap: source.name,
    values: Object.fromEntries(meant.map((c) => [c.key, c.applied])),
    because: `${what}${said.length > 0 ? ` The log names ${said.map((c) => c.key).join(', ')}.` : ''}${also}`,
  };
}

/** Environment variables and options by which a log would name the difference. */
const namesIn = (differences: readonly Difference[]): string[] =>
  differences.flatMap(({ path, before, after }) => {
    const variable = /\benv\[name=([^\]]+)\]/.exec(path)?.[1];
    const options = `${before ?? ''} ${after ?? ''}`.match(/--?[A-Za-z][\w-]*/g) ?? [];
    return variable ? [variable] : options;
  });

function namesOne(log: readonly string[], names: readonly string[]): boolean {
  return names.some((name) => {
    const whole = new RegExp(`(^|[^\\w-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}($|[^\\w-])`);
    return log.some((line) => whole.test(line));
  });
}

const pathsOf = (differences: readonly Difference[]) => differences.map((d) => d.path).join(', ');
