/** The HTTP server without its routes: shapes, limits, headers, errors, metrics. */
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import { fastify, LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { answerErrors } from './answer-errors.ts';
import type { Metrics } from './metrics.ts';
import { ProblemError } from './problem-error.ts';

export interface AppOptions {
  readonly log: FastifyBaseLogger;
  readonly metrics: Metrics;
  readonly requestsPerMinute: number;
}

const PROBES = ['/healthz', '/readyz', '/metrics'];

export async function createApp({ log, metrics, requestsPerMinute }: AppOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    bodyLimit: 1024 * 1024,
    // Workflow ids stand in paths.
    routerOptions: { maxParamLength: 2000 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('caller', undefined);
  answerErrors(app);
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
  });
  await app.register(helmet);
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: '1 minute',
    allowList: (request) => PROBES.includes(request.url),
    errorResponseBuilder: (request, { after }) =>
      // Alertmanager repeats a 503, and drops what was answered with 429.
      request.url.startsWith('/webhooks/')
        ? new ProblemError('busy', `too many deliveries from this address; send it again in ${after}`)
        : new ProblemError('too-many-requests', `too many requests from this address; try again in ${after}`),
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'nightshift', description: 'Alerts in; runs, questions and decisions.', version: '1' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    transform: jsonSchemaTransform,
  });
  return app;
}
