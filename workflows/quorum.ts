/**
 * Whether enough people agree. Pure: asked by the run when an answer comes in, and again by the change worker from the
 * signed answers.
 *
 * One person fills one place: somebody who holds both of two needed roles stands for one of them, whichever lets the
 * answers go furthest.
 */
import type { Question } from './messages.ts';

/** A person who agrees, with the names under which they were asked: their own, their roles, roles they stand in for. */
export interface Agreement {
  readonly person: string;
  readonly as: readonly string[];
  /** Which of the roles they answer for in the place of whom. */
  readonly insteadOf?: readonly { readonly role: string; readonly person: string }[] | undefined;
}

export type Quorum = Pick<Question, 'quorum' | 'needs'>;

/** Who is still missing; `people` is how many in all, `needs` which of them have to be of which role. */
export interface Missing {
  readonly people: number;
  readonly needs: Question['needs'];
}

/** What these agreements lack. Two of one person count once, and whoever agrees as nobody who was asked does not count. */
export function missing({ quorum, needs }: Quorum, agreements: readonly Agreement[]): Missing {
  const people = seated([...new Map(agreements.map((a) => [a.person, a])).values()]);
  const places = needs.flatMap((need) => Array<string>(need.people).fill(need.from));
  const taken = filledPlaces(places, people);
  const empty = places.filter((_, place) => !taken.has(place));
  const byRole = [...new Set(empty)].map((from) => ({
    from,
    people: empty.filter((role) => role === from).length,
  }));
  return { people: Math.max(empty.length, quorum - people.length, 0), needs: byRole };
}

/**
 * Somebody and whoever stands in for them are one: of those who have agreed in one person's place only the first counts,
 * and none of them when that person has agreed themselves.
 */
function seated(people: readonly Agreement[]): Agreement[] {
  const taken = new Set(people.map((a) => a.person));
  return people.flatMap((agreement) => {
    const { as, insteadOf = [] } = agreement;
    const lost = insteadOf.filter((i) => taken.has(i.person)).map((i) => i.role);
    insteadOf.forEach((i) => taken.add(i.person));
    const left = as.filter((role) => !lost.includes(role));
    return left.length ? [{ ...agreement, as: left }] : [];
  });
}

export const isMet = (quorum: Quorum, agreements: readonly Agreement[]): boolean =>
  missing(quorum, agreements).people === 0;

/** How many different people it takes at least. */
export const peopleNeeded = ({ quorum, needs }: Quorum): number =>
  Math.max(
    quorum,
    needs.reduce((sum, need) => sum + need.people, 0),
  );

/** `one of platform-oncall`, `2 more people: one of payments-oncall, one of platform-oncall`; empty when nobody is missing. */
export function missingInWords({ people, needs }: Missing): string {
  if (people === 0) return '';
  const roles = needs.map((n) => `${n.people === 1 ? 'one' : n.people} of ${n.from}`);
  const named = needs.reduce((sum, n) => sum + n.people, 0);
  if (named === 0) return people === 1 ? 'one more person' : `${people} more people`;
  const others = people - named;
  return [...roles, ...(others ? [`${others === 1 ? 'one' : others} more of anyone asked`] : [])].join(', ');
}

/** The places that can be filled at once: a maximum matching, found by augmenting paths. */
function filledPlaces(places: readonly string[], people: readonly Agreement[]): ReadonlySet<number> {
  const holder = new Map<number, Agreement>();
  const seat = (person: Agreement, tried: Set<number>): boolean =>
    places.some((role, place) => {
      if (tried.has(place) || !person.as.includes(role)) return false;
      tried.add(place);
      const sitting = holder.get(place);
      if (sitting && !seat(sitting, tried)) return false;
      holder.set(place, person);
      return true;
    });
  for (const person of people) seat(person, new Set());
  return new Set(holder.keys());
}
