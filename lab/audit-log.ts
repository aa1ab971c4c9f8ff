import { readFileSync } from 'node:fs';
import { z } from 'zod';

const WRITING_VERBS = ['create', 'update', 'patch', 'delete', 'deletecollection'];

const AuditLine = z.object({
  auditID: z.string(),
  stage: z.string(),
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z
    .object({
      resource: z.string().optional(),
      namespace: z.string().optional(),
      name: z.string().optional(),
      subresource: z.string().optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.number().optional() }).optional(),
  requestReceivedTimestamp: z.string(),
  requestObject: z.unknown().optional(),
  responseObject: z.unknown().optional(),
});

/** One request as the API server itself wrote it down. */
export interface AuditedRequest {
  readonly id: string;
  readonly at: Date;
  readonly verb: string;
  readonly user: string;
  /** With the subresource: `pods/exec`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly code: number;
  readonly dryRun: boolean;
  /** What was sent, where the policy keeps it (writes, but not of secrets). */
  readonly sent: unknown;
}

export interface WriteFilter {
  readonly since?: Date;
  readonly user?: string | RegExp;
  readonly verb?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Every finished request in the audit log, oldest first. A line that is being written is left for the next look. */
export function readAuditLog(file: string): AuditedRequest[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => AuditLine.parse(JSON.parse(line)))
    .filter(({ stage }) => stage === 'ResponseComplete')
    .map((line) => ({
      id: line.auditID,
      at: new Date(line.requestReceivedTimestamp),
      verb: line.verb,
      user: line.user.username,
      resource: [line.objectRef?.resource, line.objectRef?.subresource].filter(Boolean).join('/'),
      namespace: line.objectRef?.namespace,
      name: line.objectRef?.name,
      code: line.responseStatus?.code ?? 0,
      dryRun: new URL(line.requestURI, 'https://api').searchParams.has('dryRun'),
      sent: line.requestObject,
    }));
}

/** The writes that changed something: neither dry runs nor refused ones. */
export function effectiveWrites(
  requests: readonly AuditedRequest[],
  filter: WriteFilter = {},
): AuditedRequest[] {
  return requests.filter(
    (request) =>
      WRITING_VERBS.includes(request.verb) &&
      !request.dryRun &&
      request.code >= 200 &&
      request.code < 300 &&
      (filter.since === undefined || request.at >= filter.since) &&
      (filter.user === undefined ||
        (typeof filter.user === 'string' ? filter.user === request.user : filter.user.test(request.user))) &&
      (['verb', 'resource', 'namespace', 'name'] as const).every(
        (key) => filter[key] === undefined || filter[key] === request[key],
      ),
  );
}
