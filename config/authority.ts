/** Who may answer a question: asked by the gateway when a decision comes in, and again by the worker that grants it. */
import type { Schedules } from './on-call/read-schedules.ts';
import { REFUSALS, type Question } from '../workflows/messages.ts';
import type { Agreement } from '../workflows/quorum.ts';

export type People = Readonly<
  Record<
    string,
    | {
        readonly name: string;
        readonly roles: readonly string[];
        /** Where they are, for reminders. */
        readonly timeZone?: string | undefined;
      }
    | undefined
  >
>;

/** What decides who a person stands for. */
export interface Authority {
  readonly people: People;
  /** Roles that whoever is on call holds. */
  readonly schedules?:
    (Pick<Schedules, 'holders' | 'roles'> & Partial<Pick<Schedules, 'scheduleOf'>>) | undefined;
}

/** `to` stands in for `from`, who holds the role. */
export interface StandIn {
  readonly role: string;
  readonly from: string;
  readonly to: string;
}

export type Asked = Pick<Question, 'from' | 'needs' | 'excluded' | 'escalation'>;

/** A person's standing before a question: the asked names that they answer for, or why they may not answer. */
export type Standing =
  | {
      readonly ok: true;
      readonly as: readonly string[];
      /** Those of the names that they answer for in somebody else's place. */
      readonly insteadOf?: Agreement['insteadOf'];
    }
  | { readonly ok: false; readonly why: string };

/** The roles of a person at that moment, their own and those that they are on call for; none for somebody who is not configured. */
export function rolesOf({ people, schedules }: Authority, person: string, at: Date): readonly string[] {
  if (!Object.hasOwn(people, person)) return [];
  const onCallFor = (schedules?.roles() ?? []).filter((role) =>
    schedules?.holders(role, at)?.includes(person),
  );
  return [...(people[person]?.roles ?? []), ...onCallFor];
}

/** Everybody who may answer at `at`: those who were asked, and those whom it has been escalated to. */
export function askedAt({ from, needs, escalation }: Omit<Asked, 'excluded'>, at: Date): string[] {
  const escalated = escalation.filter((step) => Date.parse(step.at) <= at.getTime());
  return [...new Set([...from, ...needs.map((n) => n.from), ...escalated.flatMap((step) => step.to)])];
}

/**
 * Whether a person may give this answer at that moment: configured, asked by name or by a role, and not excluded.
 * Whoever is excluded may still say no.
 */
export function standing(
  q: Authority & {
    person: string;
    answer: string;
    question: Asked;
    at: Date;
    /** Those in force at that moment. */
    standIns?: readonly StandIn[];
  },
): Standing {
  const { person, question, at } = q;
  const no = (why: string): Standing => ({ ok: false, why });
  if (!Object.hasOwn(q.people, person))
    return no(`${person} may not answer: the configuration names no such person; add them under people`);
  const excludes = (who: string) =>
    REFUSALS.includes(q.answer) ? undefined : question.excluded.find((e) => e.person === who);
  const excluded = excludes(person);
  if (excluded) return no(`${person} may not answer: ${excluded.why}; somebody else has to`);
  const asked = askedAt(question, at);
  const names = [person, ...rolesOf(q, person, at)];
  const own = asked.filter((name) => names.includes(name));
  const lent = (q.standIns ?? []).filter(
    ({ role, from, to }) =>
      to === person && asked.includes(role) && !own.includes(role) && rolesOf(q, from, at).includes(role),
  );
  const insteadOf = lent
    .filter(({ from }) => !excludes(from))
    .map(({ role, from }) => ({ role, person: from }));
  if (insteadOf.length) return { ok: true, as: [...own, ...insteadOf.map((i) => i.role)], insteadOf };
  if (own.length) return { ok: true, as: own };
  const barred = lent.map(({ from }) => ({ from, why: excludes(from)!.why }))[0];
  if (barred) return no(`${person} may not answer in the place of ${barred.from}: ${barred.why}`);
  const later = question.escalation.find((step) => step.to.some((name) => names.includes(name)));
  return no(
    `${person} may not answer: asked are ${asked.join(', ')}${later ? `; ${later.to.join(', ')} from ${later.at}` : ''}`,
  );
}
