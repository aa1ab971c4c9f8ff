/** The gateway put together: what it needs comes in, nothing is read from the environment. */
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { readSchedules, type Config } from '../config/index.ts';
import type { Ledger } from '../ledger/api.ts';
import type { KeyPair } from '../ledger/keys.ts';
import type { RunbookDefinition } from '../workflows/define-runbook.ts';
import { receiveAgain } from './alerts/receive-again.ts';
import { askAboutLeftovers } from './ask-about-leftovers.ts';
import { askAboutReminders } from './ask-about-reminders.ts';
import { createAuthenticate } from './authenticate.ts';
import { sweepClosedRuns } from './closed-runs.ts';
import { createApp } from './create-app.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import { createMetrics } from './metrics.ts';
import { serveAlerts } from './routes/alerts.ts';
import { serveDecide } from './routes/decide.ts';
import { serveDelegations } from './routes/delegations.ts';
import { serveDeploy } from './routes/deploy.ts';
import { serveVersionDecisions } from './routes/version-decisions.ts';
import { serveFreezes } from './routes/freezes.ts';
import { serveHealth } from './routes/health.ts';
import { serveArtefacts } from './routes/artefacts.ts';
import { serveLeftovers } from './routes/leftovers.ts';
import { serveOnCall } from './routes/on-call.ts';
import { serveQuestions } from './routes/questions.ts';
import { serveRecords } from './routes/records.ts';
import { serveReminders } from './routes/reminders.ts';
import { serveReport } from './routes/report.ts';
import { serveRunbooks } from './routes/runbooks.ts';
import { serveRuns } from './routes/runs.ts';
import { serveSchedules } from './routes/schedules.ts';
import { serveShadow } from './routes/shadow.ts';
import { serveSlack } from './routes/slack.ts';
import { serveTold } from './routes/told.ts';
import { serveTokens } from './routes/tokens.ts';
import { serveWatch } from './routes/watch.ts';
import { serveWebhooks } from './routes/webhooks.ts';
import { RunWatches } from './run-watches.ts';
import { startScheduled } from './schedules/start-scheduled.ts';
import { listenForSenders } from './senders.ts';
import { createServe } from './serve.ts';
import { runbooksInShadow } from './shadow.ts';
import { createTakeAnswer } from './take-answer.ts';
import { tellPeople } from './telling/tell-people.ts';
import type { TemporalClient } from './temporal-client.ts';

export interface GatewayDeps {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly temporal: TemporalClient;
  readonly runbooks: readonly RunbookDefinition[];
  /** Signs starts and decisions; workers verify them with its public half. */
  readonly key: KeyPair;
  readonly log: Logger;
}

export interface Gateway {
  readonly app: FastifyInstance;
  readonly dispatcher: Dispatcher;
  /** Starts dispatching and listens where the configuration says. Returns the address as an URL. */
  listen(): Promise<string>;
  /** Stops taking requests, ends streams, and gives hand-overs under way a few seconds. Ledger and Temporal stay open. */
  close(): Promise<void>;
}

export async function createGateway(deps: GatewayDeps): Promise<Gateway> {
  const { config, ledger, temporal, runbooks, key, log } = deps;
  const inShadow = runbooksInShadow(config, runbooks);
  const metrics = createMetrics();
  const signer = { deployment: config.deployment, key };
  const dispatcher = createDispatcher({
    ...{ ledger, temporal, signer, metrics, log },
    receiveAgain: (signal) => receiveAgain({ ledger, runbooks, metrics, log }, signal),
  });
  const watches = new RunWatches({ ledger, temporal, log });
  const { host, port, requestsPerMinute, trustedProxies } = config.gateway;
  const app = await createApp({ log, metrics, requestsPerMinute, trustedProxies });

  const { people, businessHours } = config;
  const schedules =
    config.onCall &&
    readSchedules({
      file: config.onCall.file,
      people,
      onProblem: (error) => log.error({ err: error }, 'the schedules are as they were before'),
    });
  const authority = { people, schedules };
  const authenticate = createAuthenticate({ ledger, authority });
  const serve = createServe(app, authenticate);
  const takeAnswer = createTakeAnswer({ ledger, authority, signer, dispatcher, metrics });
  const wake = () => dispatcher.wake();
  await app.register((webhooks) =>
    serveWebhooks(webhooks, { config, ledger, runbooks, inShadow, metrics, log, wake }),
  );
  serveHealth(app, { ledger, temporal, metrics });
  serveAlerts(serve, { ledger });
  serveRunbooks(serve, { runbooks, inShadow });
  serveShadow(serve, { ledger, runbooks, inShadow });
  serveRuns(serve, { ledger, temporal, runbooks, dispatcher });
  serveWatch(app, { ledger, watches, authenticate });
  serveQuestions(serve, { ledger });
  serveDelegations(serve, { ledger, authority, signer });
  serveOnCall(serve, { people, schedules });
  serveDecide(serve, takeAnswer);
  await app.register((slack) => serveSlack(slack, { config, ledger, takeAnswer, metrics, log }));
  serveDeploy(serve, { ledger, temporal });
  serveVersionDecisions(serve, { ledger, temporal, dispatcher });
  serveFreezes(serve, { ledger, runbooks, clusters: config.clusters.map(({ name }) => name) });
  serveRecords(serve, { ledger });
  serveReport(serve, { ledger, temporal });
  serveArtefacts(serve, { ledger });
  serveSchedules(serve, { ledger, runbooks });
  serveLeftovers(serve, { ledger, authority, dispatcher });
  serveReminders(serve, { ledger, authority, businessHours, wake });
  serveTokens(serve, { ledger, people });
  serveTold(serve, { ledger, config });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.ready();

  let stopSweeping = async (): Promise<void> => {};
  let closeSenders = async (): Promise<void> => {};
  let stopSchedules = async (): Promise<void> => {};
  return {
    app,
    dispatcher,
    async listen() {
      closeSenders = await listenForSenders({ senders: config.gateway.senders, app, log });
      dispatcher.start();
      stopSchedules = startScheduled({ ledger, runbooks, log, wake });
      const sweeps = [
        sweepClosedRuns({ ledger, temporal, runbooks, log }),
        askAboutLeftovers({ ledger, businessHours, log }),
        askAboutReminders({ ledger, authority, businessHours, log, wake }),
        tellPeople({ ledger, config, runbooks, log }),
      ];
      stopSweeping = async () => void (await Promise.all(sweeps.map((stop) => stop())));
      return app.listen({ host, port });
    },
    async close() {
      watches.close();
      await closeSenders();
      await app.close();
      await Promise.all([stopSweeping(), stopSchedules()]);
      await dispatcher.stop();
    },
  };
}
