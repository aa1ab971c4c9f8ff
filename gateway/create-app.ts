/** The HTTP server without its routes: shapes, limits, headers, errors, metrics. */
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import { fastify, LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { answerErrors } from './answer-errors.ts';
import { assertNotNestedTooDeep } from './json-body.ts';
import type { Metrics } from './metrics.ts';
import { ProblemError } from './problem-error.ts';

export interface AppOptions {
  readonly log: FastifyBaseLogger;
  readonly metrics: Metrics;
  readonly requestsPerMinute: number;
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[] | undefined;
}

const isWebhook = ({ url }: { readonly url: string }): boolean => url.startsWith('/webhooks/');
const PROBES = ['/healthz', '/readyz', '/metrics'];

export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { log, metrics, requestsPerMinute, trustedProxies } = options;
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    ...(trustedProxies && { trustProxy: [...trustedProxies] }),
    bodyLimit: 1024 * 1024,
    // Workflow ids stand in paths.
    routerOptions: { maxParamLength: 2000 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('caller', undefined);
  answerErrors(app);
  const parseBody = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    try {
      assertNotNestedTooDeep(String(body));
      void parseBody(request, String(body), done);
    } catch (error) {
      done(error as Error);
    }
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
  });
  await app.register(helmet);
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: '1 minute',
    // Behind a proxy everybody may have one address: whoever watches runs must not keep alerts out.
    keyGenerator: (request) => `${isWebhook(request) ? 'webhooks' : 'others'} ${request.ip}`,
    allowList: (request) => PROBES.includes(request.url),
    errorResponseBuilder: (request, { after }) =>
      // Alertmanager repeats a 503, and drops what was answered with 429.
      isWebhook(request)
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
