import type { ApiClient } from '../../gateway/api-client.ts';
import type { QuestionView } from '../../gateway/api/questions.ts';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import { shortHash } from '../render/plan.ts';

/** Which open question is meant. Each part that is given narrows it. */
export interface Meant {
  readonly run?: string | undefined;
  readonly question?: string | undefined;
  /** The plan's hash or its beginning, as it was shown. */
  readonly planHash?: string | undefined;
  /** Only questions that can be answered with this word. */
  readonly answer?: string | undefined;
}

export const MIN_HASH = 6;

/** The open questions that fit, at least one. */
export async function openQuestions(
  api: Pick<ApiClient, 'questions'>,
  meant: Meant,
): Promise<readonly QuestionView[]> {
  const { questions } = await api.questions({
    status: 'open',
    limit: 500,
    ...(meant.run === undefined ? {} : { workflowId: meant.run }),
  });
  return fitting(questions, meant);
}

/** Pure: the questions that fit `meant`, or why there is none. */
export function fitting(open: readonly QuestionView[], meant: Meant): readonly QuestionView[] {
  const prefix = meant.planHash?.replace(/^sha256:/, '').toLowerCase();
  if (prefix !== undefined && (prefix.length < MIN_HASH || !/^[0-9a-f]+$/.test(prefix))) {
    throw new CliFailure(
      EXIT.usage,
      `--plan-hash takes at least the first ${MIN_HASH} characters of the hash that was shown`,
    );
  }
  const named = open.filter(
    ({ question: q }) =>
      (meant.question === undefined || q.id === meant.question) &&
      (meant.answer === undefined ||
        meant.question !== undefined ||
        q.options.some((o) => o.answer === meant.answer)),
  );
  const fits = named.filter(
    (q) => prefix === undefined || q.question.plan?.hash.replace(/^sha256:/, '').startsWith(prefix),
  );
  if (fits.length > 0) return fits;
  if (named.length > 0 && prefix !== undefined) throw otherPlan(prefix, named);
  throw new CliFailure(EXIT.notFound, `no ${describe(meant)} is open`, {
    next: '"nightshift questions" lists what is open; "nightshift questions --all" also what was answered',
  });
}

/** The only one, or a usage error that lists them and says how to name one. */
export function onlyOne(questions: readonly QuestionView[]): QuestionView {
  const [first, second] = questions;
  if (first && !second) return first;
  throw new CliFailure(
    EXIT.usage,
    [`${questions.length} questions are open:`, ...questions.map((q) => `  ${label(q)}`)].join('\n'),
    { next: 'name one with RUN, with --question ID, or with --plan-hash PREFIX' },
  );
}

export const label = ({ workflowId, question }: QuestionView): string =>
  `${workflowId} ${question.id}${question.plan ? ` plan ${shortHash(question.plan.hash)}` : ''}: ${question.title}`;

const otherPlan = (prefix: string, open: readonly QuestionView[]): CliFailure =>
  new CliFailure(
    EXIT.refused,
    [
      `no open question has a plan that begins with ${prefix}; open are:`,
      ...open.map((q) => `  ${label(q)}`),
    ].join('\n'),
    {
      next: 'the plan has changed since you saw it, or was answered: read it again with "nightshift questions"',
    },
  );

function describe({ run, question }: Meant): string {
  return `question${question ? ` "${question}"` : ''}${run ? ` of run ${run}` : ''}`;
}
