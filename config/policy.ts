/**
 * Who has to agree to a plan before it is carried out. Pure: asked by `approve()` when the plan is made, and again by the
 * change worker from the signed start when an effect is about to happen.
 */
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

/** Granted by the named rule, or people have to say yes. */
export type PolicyDecision = { readonly grant: string } | z.output<typeof Consent>;

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

/** Returns nothing to leave the decision to the default policy. */
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

/**
 * The deployment's policy first, then the default. Whatever a policy says, a run that nobody authenticated earns no
 * grant beyond `notify`. Throws a TypeError when a policy function answers neither.
 */
export function policyDecision(
  question: PolicyQuestion & { readonly policy?: Policy | undefined },
): PolicyDecision {
  const decided = custom(question) ?? defaultPolicy(question);
  const unsigned = !question.trigger.authenticated && isAtLeast(question.plan.risk, 'diagnostic');
  return 'grant' in decided && unsigned ? { people: 1 } : decided;
}

function custom({ policy, ...question }: PolicyQuestion & { readonly policy?: Policy | undefined }) {
  if (policy === undefined) return undefined;
  if (typeof policy !== 'function') {
    const rule = policy.find((r) => matches(r, question));
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
