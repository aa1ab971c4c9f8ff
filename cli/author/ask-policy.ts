/** What the present configuration would say of the changes that runbooks may propose. */
import {
  excludedBy,
  policyDecision,
  type Config,
  type PolicyDecision,
  type Schedules,
} from '../../config/index.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import type { Trigger } from '../../workflows/messages.ts';
import type { NamedChange } from './proposed-steps.ts';

export interface PolicyAnswer {
  /** `asked by a person`, `signed alert`, `unsigned alert`, `schedule`; with the hours, where rules go by them. */
  readonly when: string;
  readonly verdict: 'granted' | 'people' | 'refused';
  /** By which rule, how many people, or why nobody could ever grant it. */
  readonly because: string;
}

/** How the policy stands to one step of one runbook. */
export interface StepStanding {
  readonly runbook: string;
  readonly step: string;
  readonly risk: NamedChange['risk'];
  /** `depends`: on what starts the run, or on the hour. */
  readonly verdict: PolicyAnswer['verdict'] | 'depends';
  readonly answers: readonly PolicyAnswer[];
}

type Asked = Pick<Config, 'policy' | 'people' | 'businessHours' | 'runbookAuthors' | 'alertSources'> & {
  readonly schedules?: Schedules | undefined;
};

export function askPolicy(
  config: Asked,
  runbook: RunbookDefinition,
  steps: readonly NamedChange[],
): StepStanding[] {
  return steps.map(({ name, risk }) => {
    const answers = waysIn(config, runbook).flatMap((way) =>
      (config.businessHours ? (['business', 'outside'] as const) : [undefined]).map(
        (hours): PolicyAnswer => ({
          when: hours
            ? `${way.when}, ${hours === 'business' ? 'in' : 'outside of'} business hours`
            : way.when,
          ...answerFor(config, {
            runbook: runbook.id,
            plan: { risk, steps: [name] },
            trigger: way.trigger,
            hours,
          }),
        }),
      ),
    );
    const verdicts = new Set(answers.map((a) => a.verdict));
    return {
      ...{ runbook: runbook.id, step: name, risk },
      verdict: verdicts.size === 1 ? answers[0]!.verdict : 'depends',
      answers,
    };
  });
}

type AskedTrigger = Pick<Trigger, 'kind' | 'source' | 'authenticated' | 'person'>;

/** Every way in which a run of it may begin here. A person can always ask for one. */
function waysIn(
  { alertSources }: Asked,
  { triggers, schedules }: RunbookDefinition,
): { readonly when: string; readonly trigger: AskedTrigger }[] {
  const { own, ...known } = alertSources;
  const { alertmanager } = known;
  const isUnsigned = alertmanager !== undefined && 'unauthenticated' in alertmanager;
  const configured = [
    ...Object.entries(known).flatMap(([name, source]) => (source ? [name] : [])),
    ...Object.keys(own),
  ];
  // Before any is configured: as a signed one will be answered.
  const signed =
    configured.length === 0
      ? ['alertmanager']
      : configured.filter((name) => name !== 'alertmanager' || !isUnsigned);
  const alert = (source: string, authenticated: boolean) => ({
    when: `${authenticated ? 'signed' : 'unsigned'} alert${authenticated && signed.length > 1 ? ` of ${source}` : ''}`,
    trigger: { kind: 'alert' as const, source, authenticated },
  });
  return [
    { when: 'asked by a person', trigger: { kind: 'person', source: 'cli', authenticated: true } },
    ...(triggers.length ? signed.map((source) => alert(source, true)) : []),
    ...(triggers.length && isUnsigned ? [alert('alertmanager', false)] : []),
    ...(schedules.length
      ? [
          {
            when: 'schedule',
            trigger: { kind: 'schedule' as const, source: 'schedule', authenticated: true },
          },
        ]
      : []),
  ];
}

function answerFor(
  config: Asked,
  question: Omit<Parameters<typeof policyDecision>[0], 'policy'>,
): Omit<PolicyAnswer, 'when'> {
  try {
    const decision = policyDecision({ ...question, policy: config.policy });
    if ('grant' in decision) return { verdict: 'granted', because: decision.grant };
    const excluded = excludedBy(decision, { ...question, authors: config.runbookAuthors });
    const missing = whoIsMissing(
      config,
      decision,
      excluded.map((e) => e.person),
    );
    if (missing) return { verdict: 'refused', because: missing };
    const roles = Object.entries(decision.of ?? {}).map(([role, people]) => `${people} ${role}`);
    return { verdict: 'people', because: [`${decision.people}`, ...roles].join(', of them ') };
  } catch (error) {
    if (error instanceof TypeError) return { verdict: 'refused', because: error.message };
    throw error;
  }
}

/** Why the people that the policy wants can never come together; nothing where they can. */
function whoIsMissing(
  config: Asked,
  decision: Extract<PolicyDecision, { people: number }>,
  excluded: readonly string[],
): string | undefined {
  const left = (people: readonly string[]) => people.filter((p) => !excluded.includes(p)).length;
  // Whoever asks for the run is somebody; nobody knows yet who.
  const oneLess = decision.except?.includes('requester') ? 1 : 0;
  const there = Math.max(0, left(Object.keys(config.people)) - oneLess);
  if (there < decision.people)
    return `it wants ${decision.people} people, and ${there} of those in the configuration may count`;
  const short = Object.entries(decision.of ?? {}).find(
    ([role, wanted]) => left(everyHolder(config, role)) < wanted,
  );
  return (
    short && `it wants ${short[1]} of ${short[0]}, and ${left(everyHolder(config, short[0]))} hold that role`
  );
}

/** Everybody who holds a role at one time or another, or has it as their name. */
export function everyHolder(
  { people, schedules }: Pick<Asked, 'people' | 'schedules'>,
  role: string,
): string[] {
  const turns = schedules?.scheduleOf(role);
  const onCall = turns
    ? [
        ...turns.rotations.flatMap((r) => r.people),
        ...turns.shifts.map((s) => s.person),
        ...turns.overrides.map((o) => o.person),
      ]
    : [];
  const own = Object.keys(people).filter((person) => person === role || people[person]!.roles.includes(role));
  return [...new Set([...own, ...onCall])];
}
