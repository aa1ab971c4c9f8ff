import { implementChange, StepFailure } from '../../kit/index.ts';
import { holdsSecret } from '../changes/holds-secret.ts';
import { namesSecret } from '../changes/without-secrets.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import {
  applyTemplate,
  planTemplate,
  probeTemplate,
  whileWritten,
  type Edit,
  type Template,
} from './template/change-template.ts';
import { containerIn } from './template/container-in.ts';
import { templateId } from './revisions.ts';

type Variables = Readonly<Record<string, string | null>>;
interface Wanted {
  readonly container: string;
  readonly env: Variables;
}

export const setEnv = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.setEnv, {
    plan: (input, context) =>
      planTemplate(
        api,
        {
          ref: input,
          edit: edit(input),
          preimage(before, identity) {
            const env = present(before, input);
            return { ...identity, env, exact: comesBack(before, input, env) };
          },
        },
        context,
      ),
    apply: (input, expected, context) =>
      applyTemplate(api, { ref: input, edit: edit(input), expected }, context),
    probe: (input, expected, context) => probeTemplate(api, { ref: input, expected }, context),
    undo({ env, exact, ...identity }, { input }) {
      if (identity.template === identity.written || !exact) return undefined;
      return {
        change: kubernetes.setEnv({ ...input, env }),
        preconditions: whileWritten(identity),
        diff: Object.keys(env)
          .filter((name) => env[name] !== input.env[name])
          .map((name) => ({
            path: `env ${name} of ${input.container}`,
            before: input.env[name] ?? null,
            after: env[name] ?? null,
          })),
      };
    },
  });

const edit =
  (wanted: Wanted): Edit =>
  (template) => {
    const container = containerIn(template, wanted.container);
    assertForTheRecord(wanted, present(template, wanted));
    const kept = (container.env ?? []).flatMap((variable) => {
      const value = wanted.env[variable.name];
      if (value === undefined) return [variable];
      return value === null ? [] : [{ name: variable.name, value }];
    });
    const known = new Set(kept.map((variable) => variable.name));
    const added = Object.entries(wanted.env).flatMap(([name, value]) =>
      value === null || known.has(name) ? [] : [{ name, value }],
    );
    const env = [...kept, ...added];
    if (env.length > 0) container.env = env;
    else delete container.env;
    return template;
  };

/** The present values of the named variables; `null` for one that is not there. */
function present(template: Template, { container, env }: Wanted): Record<string, string | null> {
  const there = new Map((containerIn(template, container).env ?? []).map((v) => [v.name, v]));
  return Object.fromEntries(
    Object.keys(env).map((name) => {
      const variable = there.get(name);
      if (variable?.valueFrom) throw takenFromElsewhere(name, container);
      return [name, variable ? (variable.value ?? '') : null];
    }),
  );
}

/** Their order counts (`$(OTHER)`): one that was taken out of the middle would come back at the end. */
function comesBack(before: Template, wanted: Wanted, env: Variables): boolean {
  const written = edit(wanted)(structuredClone(before));
  return templateId(edit({ ...wanted, env })(written)) === templateId(before);
}

/** A plan goes into histories and the record: what looks like a secret, now or then, must not be in it. */
function assertForTheRecord({ env, container }: Wanted, before: Variables): void {
  const refused = Object.keys(env).find(
    (name) =>
      namesSecret(name) || [before[name], env[name]].some((v) => typeof v === 'string' && holdsSecret(v)),
  );
  if (refused === undefined) return;
  throw new StepFailure('refused', `${refused} of container ${container} looks like a secret`, {
    next: 'Keep it in a Secret and let the container refer to that; what is proposed here goes into the record.',
  });
}

const takenFromElsewhere = (name: string, container: string) =>
  new StepFailure(
    'refused',
    `${name} of container ${container} takes its value from elsewhere (valueFrom): a plain value would cut that off`,
    { next: 'Change what it refers to (kubernetes.setConfigMapKeys), or edit the template by hand.' },
  );
