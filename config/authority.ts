/** Who may answer a question: asked by the gateway when a decision comes in, and again by the worker that grants it. */
import type { Schedules } from './on-call/read-schedules.ts';
import { REFUSALS, type Question } from '../workflows/messages.ts';

export type People = Readonly<
  Record<string, { readonly name: string; readonly roles: readonly string[] } | undefined>
>;

/** What decides who a person stands for. */
export interface Authority {
  readonly people: People;
  /** Roles that whoever is on call holds. */
  readonly schedules?: Pick<Schedules, 'holders' | 'roles'> | undefined;
}

export type Asked = Pick<Question, 'from' | 'needs' | 'excluded' | 'escalation'>;

/** A person's standing before a question: the asked names that they answer for, or why they may not answer. */
export type Standing =
  { readonly ok: true; readonly as: readonly string[] } | { readonly ok: false; readonly why: string };

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
  q: Authority & { person: string; answer: string; question: Asked; at: Date },
): Standing {
  const { person, question, at } = q;
  const no = (why: string): Standing => ({ ok: false, why });
  if (!Object.hasOwn(q.people, person))
    return no(`${person} may not answer: the configuration names no such person; add them under people`);
  const excluded = question.excluded.find((e) => e.person === person);
  if (excluded && !REFUSALS.includes(q.answer))
    return no(`${person} may not answer: ${excluded.why}; somebody else has to`);
  const asked = askedAt(question, at);
  const names = [person, ...rolesOf(q, person, at)];
  const as = asked.filter((name) => names.includes(name));
  if (as.length) return { ok: true, as };
  const later = question.escalation.find((step) => step.to.some((name) => names.includes(name)));
  return no(
    `${person} may not answer: asked are ${asked.join(', ')}${later ? `; ${later.to.join(', ')} from ${later.at}` : ''}`,
  );
}
