/** https://developer.pagerduty.com/api-reference/3a6b910f11050-list-all-of-the-on-calls */
import { z } from 'zod';
import { getText, type Connection } from '../http/get-text.ts';
import { jsonOf } from '../http/json-of.ts';
import { plainLine, StepFailure } from '../kit/index.ts';
import type { pagerduty } from './contract.ts';

type Input = z.output<typeof pagerduty.onCall.contract.input>;
type Output = z.output<typeof pagerduty.onCall.contract.output>;

const Answer = z.looseObject({
  oncalls: z.array(
    z.looseObject({
      user: z.looseObject({ id: z.string(), summary: z.string().nullish() }),
      escalation_level: z.int(),
      end: z.iso.datetime({ offset: true }).nullish(),
    }),
  ),
  more: z.boolean().nullish(),
});
type OnCall = z.output<typeof Answer>['oncalls'][number];
const Failed = z.looseObject({ error: z.looseObject({ message: z.string() }) });

/** Asks. Throws StepFailure. */
export async function onCall(connection: Connection, input: Input, signal: AbortSignal): Promise<Output> {
  const asked = 'schedule' in input ? 'schedule' : 'escalation policy';
  const params: Record<string, string> =
    'schedule' in input
      ? { 'schedule_ids[]': input.schedule }
      : { 'escalation_policy_ids[]': input.escalationPolicy };
  const { status, body } = await getText(
    { system: 'PagerDuty', connection, path: '/oncalls', params: { ...params, limit: '100' }, signal },
    said,
  );
  const facts = { url: connection.url, status };
  if (status === 400 || status === 404)
    throw new StepFailure('invalid', `PagerDuty refused the question: ${said(body) ?? `status ${status}`}`, {
      next: `Look at the id of the ${asked}.`,
      facts,
    });
  const answer = Answer.safeParse(jsonOf(body));
  if (status !== 200 || !answer.success)
    throw new StepFailure(
      'invalid',
      `What answers at ${connection.url} (status ${status}) is not PagerDuty's API`,
      {
        next: 'Look at pagerduty.api in the configuration.',
        cause: answer.error,
        facts,
      },
    );
  const { oncalls, more } = answer.data;
  if (oncalls.length === 0)
    return {
      ...{ state: 'unknown', why: 'empty' },
      reason: `PagerDuty names nobody: the ${asked} has a gap now, or there is none of this id`,
    };
  return { state: 'known', people: peopleOf(oncalls, asked === 'schedule'), truncated: more === true };
}

/** A schedule serves several policies and is listed for each: there a person is listed once. */
function peopleOf(oncalls: readonly OnCall[], isSchedule: boolean) {
  const people = oncalls.map(({ user, escalation_level: level, end }) => ({
    id: user.id,
    name: plainLine(user.summary ?? user.id, 200),
    ...(!isSchedule && { level }),
    ...(end != null && { until: new Date(end).toISOString() }),
  }));
  const once = new Map(people.map((person) => [`${person.id} ${person.level ?? ''}`, person]));
  return [...once.values()].toSorted(
    (a, b) => (a.level ?? 0) - (b.level ?? 0) || a.name.localeCompare(b.name),
  );
}

function said(body: string): string | undefined {
  const message = Failed.safeParse(jsonOf(body)).data?.error.message;
  return message === undefined ? undefined : plainLine(message, 300);
}
