import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { z } from 'zod';

/** Bytes; an audited request with its object is far shorter. */
const LONGEST_LINE = 4 * 1024 * 1024;

const WRITING_VERBS = ['create', 'update', 'patch', 'delete', 'deletecollection'];

const AuditLine = z.object({
  auditID: z.string(),
  stage: z.string(),
  verb: z.string(),
  requestURI: z.string(),
  // Nobody, when the credentials were refused.
  user: z.object({ username: z.string().default('') }),
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

export interface AuditLog {
  /** Every finished request since the log was opened, oldest first; reads only what is new each time. */
  requests(): readonly AuditedRequest[];
}

/** Follows the audit log from its end or, to look back, from its start. */
export function openAuditLog(file: string, from: 'start' | 'end' = 'end'): AuditLog {
  const seen: AuditedRequest[] = [];
  let position = from === 'end' ? endOfLastLine(file) : 0;
  return {
    requests() {
      const text = readFrom(file, position);
      // A line that is being written is left for the next look.
      const whole = text.subarray(0, text.lastIndexOf('\n') + 1);
      position += whole.length;
      seen.push(...parseLines(whole.toString()));
      return seen;
    },
  };
}

/** Where the last whole line ends: the API server may be in the middle of the next. */
function endOfLastLine(file: string): number {
  const start = Math.max(0, statSync(file).size - LONGEST_LINE);
  return start + readFrom(file, start).lastIndexOf('\n') + 1;
}

function readFrom(file: string, position: number): Buffer {
  const buffer = Buffer.alloc(Math.max(0, statSync(file).size - position));
  const descriptor = openSync(file, 'r');
  try {
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, position));
  } finally {
    closeSync(descriptor);
  }
}

function parseLines(text: string): AuditedRequest[] {
  return text
    .split('\n')
    .filter(Boolean)
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
