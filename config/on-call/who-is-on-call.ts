/** Who is on call by a schedule, at any instant. Pure. */
import type { Rotation, Schedule, Shift } from './schedule.ts';
import { instantOf, wallClockAt } from './wall-clock.ts';

export interface OnCall {
  /** Nobody where the schedule has a gap. */
  readonly people: readonly string[];
  /** Why it is not as the rotations say. */
  readonly why?: string | undefined;
}

/** A moment at which somebody else takes over. */
export interface HandOver extends OnCall {
  readonly at: Date;
}

export function onCallAt(schedule: Schedule, at: Date): OnCall {
  const instant = at.getTime();
  const override = schedule.overrides.findLast(
    (o) => instantOf(o.from, schedule.timeZone) <= instant && instant < instantOf(o.until, schedule.timeZone),
  );
  if (override) return { people: [override.person], why: override.why ?? 'by an override' };
  const people = partsOf(schedule).flatMap((part) => part.at(instant) ?? []);
  return { people: [...new Set(people)] };
}

/** The next changes of who is on call, the nearest first. Fewer than asked for where the schedule ends. */
export function handOversAfter(schedule: Schedule, at: Date, count: number): HandOver[] {
  const found: HandOver[] = [];
  let now = onCallAt(schedule, at);
  let instant = at.getTime();
  // Somebody who follows themselves is no hand-over: a rotation of one has none at all.
  for (let looked = 0; found.length < count && looked < LOOKED_AT; looked++) {
    const next = nextBoundary(schedule, instant);
    if (next === undefined) break;
    instant = next;
    const then = onCallAt(schedule, new Date(next));
    if (then.people.join() !== now.people.join()) found.push({ at: new Date(next), ...then });
    now = then;
  }
  return found;
}

const LOOKED_AT = 500;

function nextBoundary(schedule: Schedule, after: number): number | undefined {
  const { overrides, timeZone } = schedule;
  const ofOverrides = overrides.flatMap((o) => [instantOf(o.from, timeZone), instantOf(o.until, timeZone)]);
  const later = [...ofOverrides, ...partsOf(schedule).flatMap((part) => part.boundariesNear(after))].filter(
    (instant) => instant > after,
  );
  return later.length ? Math.min(...later) : undefined;
}

/** A rotation or a shift, by instants. */
interface Part {
  at(instant: number): string | undefined;
  /** Beginnings and ends around an instant, the next one after it among them. */
  boundariesNear(instant: number): readonly number[];
}

const partsOf = ({ rotations, shifts, timeZone }: Schedule): Part[] => [
  ...rotations.map((rotation) => rotationPart(rotation, timeZone)),
  ...shifts.map((shift) => shiftPart(shift, shift.timeZone ?? timeZone)),
];

function rotationPart({ people, from, every }: Rotation, timeZone: string): Part {
  const beginning = (turn: number) => instantOf(from + turn * every, timeZone);
  return {
    at: (instant) => {
      const turn = turnsNear({ from, every, timeZone, instant }).findLast((t) => beginning(t) <= instant);
      return turn === undefined ? undefined : people[turn % people.length];
    },
    boundariesNear: (instant) => turnsNear({ from, every, timeZone, instant }).map(beginning),
  };
}

function shiftPart({ person, from, until, every, times, last }: Shift, timeZone: string): Part {
  const turns = (instant: number) =>
    (every === undefined ? [0] : turnsNear({ from, every, timeZone, instant }))
      .filter((turn) => turn < (times ?? Infinity) && from + turn * (every ?? 0) <= (last ?? Infinity))
      .map((turn) => ({
        from: instantOf(from + turn * (every ?? 0), timeZone),
        // By the clock, as it begins: weeks join without a gap when the clocks are changed.
        until: instantOf(until + turn * (every ?? 0), timeZone),
      }));
  return {
    at: (instant) =>
      turns(instant).some((t) => t.from <= instant && instant < t.until) ? person : undefined,
    boundariesNear: (instant) => turns(instant).flatMap((t) => [t.from, t.until]),
  };
}

/** The numbers of the turns just before, at and after an instant, from 0 on. */
function turnsNear(t: { from: number; every: number; timeZone: string; instant: number }): number[] {
  const turn = Math.floor((wallClockAt(t.instant, t.timeZone) - t.from) / t.every);
  const near = [turn - 1, turn, turn + 1, turn + 2].filter((number) => number >= 0);
  return near.length ? near : [0];
}
