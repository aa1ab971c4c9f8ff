import { handOversAfter, onCallAt, type Authority, type Schedules } from '../../config/index.ts';
import { whoIsOnCall, type RoleOnCallView } from '../api/on-call.ts';
import { ProblemError } from '../problem-error.ts';
import type { Serve } from '../serve.ts';

export interface OnCallDeps {
  readonly people: Authority['people'];
  readonly schedules: Schedules | undefined;
}

export function serveOnCall(serve: Serve, { people, schedules }: OnCallDeps): void {
  serve(whoIsOnCall, async ({ query: { at: asked, role, next } }) => {
    const at = asked === undefined ? new Date() : new Date(asked);
    const known = schedules?.roles() ?? [];
    if (role !== undefined && !known.includes(role)) {
      const filled = known.length
        ? `schedules fill: ${known.join(', ')}`
        : 'the configuration names no onCall.file';
      throw new ProblemError('not-found', `no schedule fills the role "${role}"; ${filled}`);
    }
    const roles = known
      .filter((name) => role === undefined || name === role)
      .map((name) => view(name, at, next));
    return { at: at.toISOString(), roles };
  });

  function view(role: string, at: Date, next: number): RoleOnCallView {
    const schedule = schedules!.scheduleOf(role)!;
    return {
      role,
      timeZone: schedule.timeZone,
      now: named(onCallAt(schedule, at)),
      next: handOversAfter(schedule, at, next).map((h) => ({ at: h.at.toISOString(), ...named(h) })),
    };
  }

  const named = ({ people: names, why }: ReturnType<typeof onCallAt>) => ({
    people: names.map((person) => ({ person, name: people[person]?.name ?? person })),
    why,
  });
}
