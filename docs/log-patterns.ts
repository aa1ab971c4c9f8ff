import { COMPLAINTS } from '../runbooks/analysis/bad-gateway.ts';
import { KUBELET_PATTERNS } from '../runbooks/analysis/kubelet-diagnosis.ts';
import { SAID } from '../runbooks/analysis/fitting-runbook.ts';
import { SIGNS } from '../runbooks/dns-failure/look-at-servers.ts';
import { TROUBLE } from '../runbooks/error-rate-triage/look-at-logs.ts';
import { CONNECTION_FAILURES } from '../runbooks/analysis/crash-cause.ts';

/** By the names of the constants: what they are made of need not stand in the source as it is. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  COMPLAINTS: Object.values(COMPLAINTS),
  CONNECTION_FAILURES,
  KUBELET_PATTERNS: Object.values(KUBELET_PATTERNS),
  SAID: Object.values(SAID),
  SIGNS: Object.keys(SIGNS),
  TROUBLE: Object.values(TROUBLE),
};

/** The patterns that runbooks look for in logs under this name. Throws for one that is not known here. */
export function patternsOf(name: string): readonly string[] {
  const patterns = LISTS[name];
  if (!patterns)
    throw new Error(
      `A runbook looks for ${name} in logs; add it to docs/log-patterns.ts, so that docs/alerts.md shows it.`,
    );
  return patterns;
}
