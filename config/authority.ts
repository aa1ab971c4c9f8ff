/** Who may answer a question: asked by the gateway when a decision comes in, and again by the worker that grants it. */
import type { Question } from '../workflows/messages.ts';

export type People = Readonly<
  Record<string, { readonly name: string; readonly roles: readonly string[] } | undefined>
>;

/** The roles of a person; none for somebody who is not configured. */
export const rolesOf = (people: People, person: string): readonly string[] =>
  Object.hasOwn(people, person) ? (people[person]?.roles ?? []) : [];

/** Everybody who may answer at `at`: those who were asked, and once it is escalated, those as well. */
export function askedAt(question: Pick<Question, 'from' | 'escalateTo' | 'escalatesAt'>, at: Date): string[] {
  const escalated = question.escalatesAt !== undefined && Date.parse(question.escalatesAt) <= at.getTime();
  return escalated ? [...question.from, ...question.escalateTo] : [...question.from];
}

/** True when the person is configured and was asked at that moment, by name or by one of their roles. */
export function mayAnswer(q: {
  people: People;
  person: string;
  question: Pick<Question, 'from' | 'escalateTo' | 'escalatesAt'>;
  at: Date;
}): boolean {
  if (!Object.hasOwn(q.people, q.person)) return false;
  const asked = askedAt(q.question, q.at);
  return asked.includes(q.person) || rolesOf(q.people, q.person).some((role) => asked.includes(role));
}
