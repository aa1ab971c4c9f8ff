/** The workload that a Service with a selector for nobody is meant for. */
import type { Backend } from '../../activities/kubernetes/contract.ts';
import type { Backing, SeenService } from './service-backends.ts';

type Labels = Readonly<Record<string, string>>;

/** Decides by evidence: what was applied last, then what the release before was labelled with. */
export function nearest(seen: {
  readonly service: SeenService;
  readonly selector: Labels;
  readonly workloads: readonly Backend[];
}): Backing {
  const { service, selector, workloads } = seen;
  const edited = service.lastEdit
    ? ` It was edited last by ${service.lastEdit.by} at ${service.lastEdit.at}.`
    : '';
  const nobody = `No workload and no pod has the labels ${words(selector)}.`;

  const applied = service.applied?.selector;
  if (applied && words(applied) !== words(selector)) {
    const [meant, ...others] = workloads.filter((w) => fits(applied, w.labels));
    if (meant && others.length === 0) {
      return {
        fault: 'selector',
        workload: meant,
        selector: difference(selector, applied),
        targetPorts: {},
        because: `${nobody}${edited} What was applied last selects ${words(applied)}, which ${meant.kind} ${meant.name} has and no other workload.`,
      };
    }
  }

  const relabelled = workloads.filter((w) => w.before?.selected);
  const [meant] = relabelled;
  if (!meant?.before)
    return { fault: 'undecided', because: `${nobody}${edited}${closest(selector, workloads)}` };
  if (relabelled.length > 1) {
    return {
      fault: 'undecided',
      because: `${nobody} ${relabelled.map((w) => w.name).join(' and ')} had them before their last releases: which of them is meant is not for me to say.`,
    };
  }
  const wanted = Object.fromEntries(
    Object.keys(selector).flatMap((key) =>
      meant.labels[key] === undefined ? [] : [[key, meant.labels[key]]],
    ),
  );
  const also = workloads.filter((w) => w !== meant && fits(wanted, w.labels));
  const changed = `${nobody} ${meant.kind} ${meant.name} had them until ${meant.before.until}, when the revision after ${meant.before.revision} took ${Object.entries(
    difference(selector, wanted),
  )
    .map(([key, value]) => (value === null ? `${key} away` : `${key}=${value} instead of ${selector[key]}`))
    .join(', ')}.`;
  if (Object.keys(wanted).length === 0 || also.length > 0) {
    return {
      fault: 'undecided',
      because: `${changed} A selector with what is left would fit ${also.map((w) => w.name).join(', ') || 'every pod'} as well.`,
    };
  }
  return {
    fault: 'selector',
    workload: meant,
    selector: difference(selector, wanted),
    targetPorts: {},
    because: `${changed} A roll-back of that release would help too, and take back everything else that it changed.`,
  };
}

const fits = (selector: Labels, labels: Labels) =>
  Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value);

/** What to set, and with `null` to take away, so that the one becomes the other. */
function difference(from: Labels, to: Labels): Record<string, string | null> {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return Object.fromEntries(keys.filter((key) => from[key] !== to[key]).map((key) => [key, to[key] ?? null]));
}

function closest(selector: Labels, workloads: readonly Backend[]): string {
  const [near] = workloads;
  if (!near || !Object.entries(selector).some(([key, value]) => near.labels[key] === value)) return '';
  return ` ${near.kind} ${near.name} comes closest, with ${words(near.labels)}; nothing says that it is the one.`;
}

const words = (labels: Labels) =>
  Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`)
    .join(',');
