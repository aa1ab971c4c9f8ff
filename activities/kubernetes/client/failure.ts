/**
 * Sorts what can go wrong between a step and the API server, once, here. What decides is whether the request could
 * have changed something: a write whose bytes went out and that got no clear answer is `unknown-outcome`, everything
 * that surely changed nothing is one of the other kinds.
 */
import { parseJson, StepFailure } from '../../kit/index.ts';

/** One request, in the words of its messages. */
export interface Request {
  /** `host:port`. */
  readonly server: string;
  /** What it is, where it is not the API server: `kubelet`. */
  readonly asked?: string;
  /** `get`, `list`, `patch`, `create`, `delete`: RBAC's verb. */
  readonly verb: string;
  /** `nodes`, `pods/exec`: RBAC's resource. */
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** A write that is no dry run. */
  readonly writes: boolean;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfterSeconds?: number | undefined;
}

const NOT_SENT = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether a connection with this error certainly never carried a request. */
export function neverSent(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && (NOT_SENT.has(code) || code === 'ENOTFOUND' || isCertificateError(code));
}

/** The cause that an eviction's 429 names when a budget says no and not the server's load (policy/v1). */
export const DISRUPTION_BUDGET = 'DisruptionBudget';

/** The cause that a 409 names when others own fields that a server-side apply would change. */
export const FIELD_CONFLICT = 'FieldManagerConflict';

/** What the server answered, when it is not a success. */
export function failureOfAnswer(request: Request, answer: Answer): StepFailure {
  const { status } = answer;
  const said = messageOf(answer.body);
  const doing = doingOf(request);
  const facts = {
    ...factsOf(request),
    status,
    ...(said.reason && { reason: said.reason }),
    ...(said.message && { said: said.message }),
    ...(said.cause && { cause: said.cause }),
    ...(answer.retryAfterSeconds !== undefined && { retryAfterSeconds: answer.retryAfterSeconds }),
  };
  const why = said.message ? `: ${said.message}` : ` (HTTP ${status})`;
  if (status === 401) {
    return new StepFailure('refused', `The ${nameOf(request)} does not accept the credentials to ${doing}`, {
      next: 'Renew the credentials in the kubeconfig that nightshift uses.',
      facts,
    });
  }
  if (status === 403) {
    return new StepFailure('refused', `Not allowed to ${doing}${why}`, {
      next: `Grant the verb "${request.verb}" on "${request.resource}" to nightshift's account, or look for the admission rule that the message names.`,
      facts,
    });
  }
  if (status === 404) {
    return new StepFailure('invalid', `There is nothing there to ${doing}${why}`, {
      next: 'Check the name and the namespace.',
      facts,
    });
  }
  if (status === 409 && said.cause === FIELD_CONFLICT) {
    return new StepFailure('conflict', `Others set fields that this would change: ${said.message}`, {
      next: 'Ask them or leave these fields out; with force: true they are taken over.',
      facts,
    });
  }
  if (status === 409)
    return new StepFailure('conflict', `It changed meanwhile; could not ${doing}${why}`, { facts });
  if (status === 429 && said.cause === DISRUPTION_BUDGET) {
    return new StepFailure(
      'refused',
      `A PodDisruptionBudget does not let go of it now; could not ${doing}${why}`,
      {
        next: 'It does once enough of its other pods are healthy.',
        facts,
      },
    );
  }
  if (status === 429) {
    return new StepFailure(
      'retryable',
      `The ${nameOf(request)} is overloaded and asks to wait; could not ${doing}`,
      {
        next: 'Wait; look at its priority and fairness queues when it lasts.',
        facts,
      },
    );
  }
  if (status === 410)
    return new StepFailure('retryable', `The list expired while it was read; could not ${doing}`, { facts });
  if (status >= 500 || status === 408) {
    return request.writes
      ? new StepFailure('unknown-outcome', `It is not known whether this was done: ${doing}${why}`, { facts })
      : new StepFailure('retryable', `The ${nameOf(request)} failed to ${doing}${why}`, { facts });
  }
  return new StepFailure('invalid', `The API server will not ${doing} like this${why}`, { facts });
}

/** What was thrown while the request was on its way. `sent`: its bytes may have reached the server. */
export function failureOfTransport(
  request: Request,
  error: unknown,
  { sent, timedOut }: { readonly sent: boolean; readonly timedOut?: boolean },
): StepFailure {
  const code = codeOf(error);
  const facts = { ...factsOf(request), ...(code && { code }) };
  const doing = doingOf(request);
  const reason = timedOut ? 'no answer in time' : (code ?? messageOfError(error));
  if (request.writes && sent) {
    return new StepFailure('unknown-outcome', `It is not known whether this was done: ${doing} (${reason})`, {
      facts,
      cause: error,
    });
  }
  if (code === 'ENOTFOUND') {
    return new StepFailure('invalid', `The name of the ${nameOf(request)} does not resolve`, {
      next: 'Check the server address in the kubeconfig.',
      facts,
      cause: error,
    });
  }
  if (isCertificateError(code)) {
    return new StepFailure(
      'invalid',
      `The certificate of the ${nameOf(request)} cannot be trusted (${code})`,
      {
        next: 'Check the certificate authority and the server name in the kubeconfig.',
        facts,
        cause: error,
      },
    );
  }
  const how = code && NOT_SENT.has(code) ? 'cannot be reached' : 'did not answer';
  return new StepFailure('retryable', `The ${nameOf(request)} ${how}; could not ${doing} (${reason})`, {
    facts,
    cause: error,
  });
}

/** The call's time was up, or it was cancelled, before anything was sent. */
export function failureBeforeSending(request: Request, why: 'deadline' | 'cancelled'): StepFailure {
  const reason = why === 'deadline' ? 'its time was up' : 'it was cancelled';
  return new StepFailure('retryable', `Did not ${doingOf(request)}: ${reason} before anything was sent`, {
    facts: { ...factsOf(request), notSent: why },
  });
}

/** True for a failure that came from this HTTP status. */
export function hasStatus(error: unknown, status: number): error is StepFailure {
  return error instanceof StepFailure && error.facts['status'] === status;
}

const nameOf = ({ server, asked = 'API server' }: Request): string => `${asked} ${server}`;

function doingOf({ verb, resource, namespace, name }: Request): string {
  const [kind = resource, sub] = resource.split('/');
  const what = name === undefined ? kind : `${kind} "${name}"`;
  const where = namespace === undefined ? '' : ` in namespace "${namespace}"`;
  return `${verb} ${sub ? `${sub} of ` : ''}${what}${where}`;
}

function factsOf({ server, verb, resource, namespace, name }: Request) {
  return { server, verb, resource, ...(namespace && { namespace }), ...(name && { name }) };
}

interface Cause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}
interface Status {
  readonly kind?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly Cause[] };
}

function messageOf(body: string): { message?: string; reason?: string; cause?: string } {
  try {
    const status = parseJson(body) as Status;
    if (status.kind !== 'Status') return {};
    const causes = status.details?.causes ?? [];
    const cause = causes.find((c) => c.reason === DISRUPTION_BUDGET || c.reason === FIELD_CONFLICT);
    const message = cause?.reason === FIELD_CONFLICT ? conflicts(causes) : (cause?.message ?? status.message);
    return {
      ...(message && { message: printable(message, 500) }),
      ...(status.reason && { reason: status.reason }),
      ...(cause?.reason && { cause: cause.reason }),
    };
  } catch {
    return {};
  }
}

/** `"kubectl-edit" using apps/v1 sets .spec.replicas`, one for each manager. */
function conflicts(causes: readonly Cause[]): string {
  const fields = new Map<string, string[]>();
  for (const { reason, message = '', field = '' } of causes) {
    if (reason !== FIELD_CONFLICT) continue;
    const who = message.replace(/^conflict with /, '');
    fields.set(who, [...(fields.get(who) ?? []), field]);
  }
  return [...fields].map(([who, what]) => `${who} sets ${what.join(', ')}`).join('; ');
}

/** Text of a foreign origin on one line, without control and bidi characters, at most `max` characters. */
export function printable(text: string, max: number): string {
  const clean = text.replace(/[\p{Cc}\p{Bidi_Control}]+/gu, ' ').trim();
  return clean.length <= max ? clean : `${clean.slice(0, max - 1)}…`;
}

interface Thrown {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** The first code in the chain of causes: libraries wrap what the socket said. */
function codeOf(error: unknown): string | undefined {
  for (
    let e = error as Thrown | undefined, depth = 0;
    e && depth < 5;
    e = e.cause as Thrown | undefined, depth++
  ) {
    const inner = (e.errors?.[0] ?? e) as Thrown;
    const code = inner.code ?? e.code;
    if (typeof code === 'string' && code !== 'ABORT_ERR') return code;
  }
  return undefined;
}

function messageOfError(error: unknown): string {
  const { message } = (error ?? {}) as Thrown;
  return typeof message === 'string' ? printable(message, 300) : String(error);
}

function isCertificateError(code: string | undefined): boolean {
  return (
    code !== undefined &&
    /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(VERIFY|GET_ISSUER))/.test(code)
  );
}
