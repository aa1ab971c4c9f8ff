/**
 * Who has to agree to a plan before it is carried out. Pure: asked by `approve()` when the plan is made, and again by the
 * change worker from the signed start when an effect is about to happen.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { isAtLeast, Risk, RISKS } from '../activities/kit/index.ts';
import type { Trigger } from '../workflows/messages.ts';

export interface PolicyQuestion {
  readonly runbook: string;
  /** `risk` is the gravest of the plan's changes, `steps` their names (`kubernetes.cordonNode`). */
  readonly plan: { readonly risk: Risk; readonly steps: readonly string[] };
  readonly trigger: Pick<Trigger, 'kind' | 'source' | 'authenticated' | 'person'>;
  /** By `businessHours`, when the question is asked; absent where the configuration names none. */
  readonly hours?: Hours | undefined;
}

const Hours = z.enum(['business', 'outside']);
type Hours = z.output<typeof Hours>;

const Consent = z.strictObject({
  /** How many different people. */
  people: z.int().positive(),
  /** Among them so many of each of these roles. */
  of: z.record(z.string().min(1), z.int().positive()).optional(),
  /** Who does not count: whoever asked for the run, whoever changed its runbook last (`runbookAuthors`). */
  except: z.array(z.enum(['requester', 'author'])).optional(),
  /** Why so many, for whoever is asked: "outside of business hours". */
  because: z.string().min(1).max(200).optional(),
});

type Consent = z.output<typeof Consent>;

/** Granted by the named rule, or people have to say yes. */
export type PolicyDecision = { readonly grant: string } | Consent;

export const PolicyRule = z.strictObject({
  /** Its name, as the record will cite it. */
  rule: z.string().min(1),
  when: z.strictObject({
    runbooks: z.array(z.string()).min(1).optional(),
    /** Every step of the plan is one of these. */
    steps: z.array(z.string()).min(1).optional(),
    /** No change of the plan is graver. */
    riskUpTo: Risk.optional(),
    /** In or outside of `businessHours`. */
    hours: Hours.optional(),
  }),
  then: z.union([z.literal('grant'), Consent], {
    error:
      'write "grant", { people: 2 }, or { people: 2, of: { "platform-oncall": 1 }, except: ["requester"] }',
  }),
});
export type PolicyRule = z.output<typeof PolicyRule>;

/**
 * Returns nothing to leave the decision to the default policy. For a run that nobody authenticated it is asked twice, as
 * it is and as if it were authenticated, and the stricter answer counts.
 */
export type PolicyFunction = (question: PolicyQuestion) => PolicyDecision | undefined;

export const Policy = z.union(
  [
    z.array(PolicyRule),
    z.custom<PolicyFunction>((value) => typeof value === 'function', { error: 'write a function' }),
  ],
  {
    error:
      'write a function, or a list of rules like { rule: "probes", when: { riskUpTo: "diagnostic" }, then: "grant" }',
  },
);
export type Policy = z.output<typeof Policy>;

const GrantedDecision = z.union([z.strictObject({ grant: z.string().min(1) }), Consent]);

/** `notify` and `diagnostic` are granted, `irreversible` needs two people, everything else one. */
export function defaultPolicy({ plan }: PolicyQuestion): PolicyDecision {
  if (!isAtLeast(plan.risk, 'reversible')) return { grant: `default: ${plan.risk} needs nobody` };
  return { people: plan.risk === 'irreversible' ? 2 : 1 };
}

type AskedPolicy = PolicyQuestion & { readonly policy?: Policy | undefined };

/**
 * The deployment's policy first, then the default. Whatever a policy says, a run that nobody authenticated earns no
 * grant beyond `notify`, and needs no fewer people than the same run if it were authenticated. Throws a TypeError when a
 * policy function answers neither.
 */
export function policyDecision(question: AskedPolicy): PolicyDecision {
  if (question.trigger.authenticated) return decided(question, { mayGrant: true });
  const mayGrant = !isAtLeast(question.plan.risk, 'diagnostic');
  const authenticated = { ...question, trigger: { ...question.trigger, authenticated: true } };
  const asItIs = decided(question, { mayGrant });
  const ifSigned = decided(authenticated, { mayGrant });
  if ('grant' in ifSigned) return asItIs;
  return 'grant' in asItIs ? ifSigned : stricter(asItIs, ifSigned);
}

/** Where nothing may be granted, rules that grant are passed over: the next one that fits says who has to agree. */
function decided(question: AskedPolicy, { mayGrant }: { readonly mayGrant: boolean }): PolicyDecision {
  const own = custom(question, { mayGrant });
  if (own && (mayGrant || !('grant' in own))) return own;
  const byDefault = defaultPolicy(question);
  return mayGrant || !('grant' in byDefault) ? byDefault : { people: 1 };
}

/** What satisfies both. */
function stricter(one: Consent, other: Consent): Consent {
  if (isDeepStrictEqual(one, other)) return one;
  const of: Record<string, number> = { ...one.of };
  for (const [role, people] of Object.entries(other.of ?? {})) of[role] = Math.max(people, of[role] ?? 0);
  const places = Object.values(of).reduce((sum, people) => sum + people, 0);
  const except = [...new Set([...(one.except ?? []), ...(other.except ?? [])])];
  const because = [...new Set([one.because, other.because])].filter((why) => why !== undefined);
  return {
    people: Math.max(one.people, other.people, places),
    ...(places > 0 && { of }),
    ...(except.length > 0 && { except }),
    ...(because.length > 0 && { because: because.join('; ') }),
  };
}

function custom({ policy, ...question }: AskedPolicy, { mayGrant }: { readonly mayGrant: boolean }) {
  if (policy === undefined) return undefined;
  if (typeof policy !== 'function') {
    const rule = policy.find((r) => (mayGrant || r.then !== 'grant') && matches(r, question));
    if (rule === undefined) return undefined;
    return rule.then === 'grant' ? { grant: rule.rule } : { ...inWords(rule), ...rule.then };
  }
  const answer = policy(question);
  if (answer === undefined) return undefined;
  const parsed = GrantedDecision.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new TypeError(
    'policy in nightshift.config.ts must return { grant: "rule" }, { people: 2, of, except } or undefined',
    { cause: parsed.error },
  );
}

const inWords = ({ rule, when: { hours } }: PolicyRule): { because?: string } =>
  hours === undefined
    ? {}
    : { because: `${hours === 'business' ? 'in' : 'outside of'} business hours, by the rule "${rule}"` };

function matches({ when }: PolicyRule, { runbook, plan, hours: now }: PolicyQuestion): boolean {
  const { runbooks, steps, riskUpTo, hours } = when;
  return (
    (runbooks === undefined || runbooks.includes(runbook)) &&
    (steps === undefined || (plan.steps.length > 0 && plan.steps.every((s) => steps.includes(s)))) &&
    (hours === undefined || hours === now) &&
    (riskUpTo === undefined || RISKS.indexOf(plan.risk) <= RISKS.indexOf(riskUpTo))
  );
}
