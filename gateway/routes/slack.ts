/**
 * Clicks on the buttons of questions in Slack. Signed, in time and seen for the first time; then it is an answer of the
 * person whom the configuration names, as any other, and whatever is refused is written down.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Config, Secret } from '../../config/index.ts';
import type { Ledger } from '../../ledger/api.ts';
import type { Question } from '../../workflows/messages.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { ProblemError } from '../problem-error.ts';
import { answersByClick } from '../slack/buttons.ts';
import { clickIn, type Click } from '../slack/click.ts';
import { whyNotSlack, type SignedRequest } from '../slack/signature.ts';
import type { TakeAnswer } from '../take-answer.ts';
import { sayTo } from '../telling/channels/slack.ts';

export interface SlackDeps {
  readonly config: Pick<Config, 'telling' | 'people'>;
  readonly ledger: Ledger;
  readonly takeAnswer: TakeAnswer;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Slack wants an answer within 3 s. */
const WAIT_MS = 1_500;
const LARGEST_BODY = 256 * 1024;

type SlackChannel = NonNullable<NonNullable<Config['telling']>['channels'][string]['slack']> & {
  readonly signingSecret: Secret;
};

export async function serveSlack(app: FastifyInstance, deps: SlackDeps): Promise<void> {
  const { config, ledger, metrics, log } = deps;
  const channels = Object.values(config.telling?.channels ?? {}).flatMap(({ slack }) =>
    slack?.signingSecret ? [slack as SlackChannel] : [],
  );
  if (channels.length === 0) return;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (_, body, done) =>
    done(null, body),
  );
  app.post(
    '/slack/interactions',
    { bodyLimit: LARGEST_BODY, schema: { hide: true } },
    async ({ headers, body }, reply) => {
      const request = {
        timestamp: String(headers['x-slack-request-timestamp'] ?? ''),
        signature: String(headers['x-slack-signature'] ?? ''),
        body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
      };
      const now = Date.now();
      const problem = whyNotSlack(request, {
        ...{ secrets: channels.map((c) => c.signingSecret), now },
        missing: (error) =>
          log.warn({ err: error }, 'a signingSecret of Slack cannot be read; the others count'),
      });
      if (problem !== undefined) {
        log.warn({ why: problem }, 'an interaction of Slack was refused');
        metrics.decision('bad-signature');
        throw new ProblemError('bad-signature', problem);
      }
      const click = clickIn(request.body);
      if (!click) return reply.code(200).send();
      // An app speaks for its own channel: what it signs says nothing of another's.
      const channel = channels.find(
        (c) => c.channel === click.channel && !whyNotSlack(request, { secrets: [c.signingSecret], now }),
      );
      const said = await answered(click, channel, request);
      // It is in the ledger by now; whoever clicked hears of it when Slack takes it.
      if (channel)
        void sayTo(channel, { user: click.user, thread: click.thread, text: said }).catch((error: unknown) =>
          log.warn({ err: error }, 'whoever clicked could not be told what became of it'),
        );
      return reply.code(200).send();
    },
  );

  /** What became of it, in words for whoever clicked. */
  async function answered(
    click: Click,
    channel: SlackChannel | undefined,
    { timestamp, body }: SignedRequest,
  ): Promise<string> {
    const { value, user, channel: id, at } = click;
    const { run: workflowId, question: questionId, questionHash, planHash, answer } = value;
    try {
      // Of what was signed: the signature itself may be written in several ways.
      const seen = createHash('sha256').update(`${timestamp}:`).update(body).digest('hex');
      if (!(await ledger.isFirstSight(`slack ${seen}`)))
        return await refuse('conflict', 'this click was sent before; it counts once');
      if (!channel)
        return await refuse(
          'not-entitled',
          `the channel ${id} is none that the configuration names with this app of Slack`,
        );
      const person = Object.entries(config.people).find(([, { slack }]) => slack === user)?.[0];
      if (person === undefined)
        return await refuse(
          'not-entitled',
          `${user} of Slack is nobody whom the configuration of nightshift knows; put it into people.NAME.slack`,
        );
      const question = (await ledger.question(workflowId, questionId))?.question;
      if (question && !mayClick(question, channel))
        return await refuse(
          'not-entitled',
          `"${answer}" is not taken in a chat here: answer with the command`,
        );
      const reason = `by a button in Slack (${id}, ${at})`;
      const { delivered, outcome } = await deps.takeAnswer({
        ...{ workflowId, questionId, person, waitMs: WAIT_MS },
        said: { answer, reason, questionHash, planHash, requestId: `slack ${user} ${at}` },
        authenticatedBy: `slack ${user}`,
      });
      if (!delivered || !outcome?.counted) return `"${answer}" is recorded, ${person}; the run gets it soon.`;
      return `"${answer}" counts, ${person}.${outcome.missing ? ` Still missing: ${outcome.missing}.` : ''}`;
    } catch (error) {
      if (!(error instanceof ProblemError) || error.statusCode >= 500) throw error;
      return `Not taken: ${error.message}.`;
    }

    function mayClick({ kind, options, plan }: Question, { approvesUpTo }: SlackChannel): boolean {
      const answerable = { kind, risk: plan?.risk, options: options.map((o) => o.answer) };
      return answersByClick(answerable, approvesUpTo).includes(answer);
    }

    async function refuse(code: 'conflict' | 'not-entitled', why: string): Promise<string> {
      const statement = JSON.stringify({ ...value, slack: { user, channel: id, at } });
      await ledger.recordRefusal({ workflowId, questionId, why, statement });
      metrics.decision(code);
      return `Not taken: ${why}.`;
    }
  }
}
