/** What a new runbook looks at first: a read whose answer is a verdict. */
export interface Subject {
  /** For a person who chooses. */
  readonly about: string;
  /** The export of nightshift that has the step: `nightshift/kubernetes`. */
  readonly system: 'kubernetes' | 'prometheus';
  readonly step: string;
  /** Fields of the runbook's input, found in labels of the same names, each with an example. */
  readonly input: Readonly<Record<string, string>>;
  /** What the step is called with, as source. */
  readonly call: string;
  /** What the step answers beside verdict and reason, as source. */
  readonly more?: string;
}

export const SUBJECTS = {
  pods: {
    about: 'the pods of an application: are they ready?',
    system: 'kubernetes',
    step: 'podsReady',
    input: { namespace: 'shop', app: 'basket' },
    call: '{ namespace, selector: `app=${app}` }',
    more: 'ready: 1, total: 2, terminating: 0, notReady: [], onExcludedNodes: []',
  },
  deployment: {
    about: 'a Deployment: is its rollout complete?',
    system: 'kubernetes',
    step: 'rolloutStatus',
    input: { namespace: 'shop', deployment: 'basket' },
    call: '{ namespace, name: deployment }',
    more: "state: 'progressing' as const, desired: 2, updated: 2, ready: 1, available: 1, revision: 3",
  },
  node: {
    about: 'a node: is it Ready, and heard of?',
    system: 'kubernetes',
    step: 'nodeReady',
    input: { node: 'worker-1' },
    call: '{ node }',
  },
  service: {
    about: 'a service: does it answer without errors?',
    system: 'prometheus',
    step: 'errorRateBelow',
    input: { service: 'basket' },
    call: '{ service, below: 0.01 }',
  },
} as const satisfies Record<string, Subject>;

export type SubjectName = keyof typeof SUBJECTS;
export const SUBJECT_NAMES = Object.keys(SUBJECTS) as SubjectName[];
