import { implementChange } from '../../kit/index.ts';
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

type Amounts = { cpu?: string | null | undefined; memory?: string | null | undefined };
interface Wanted {
  readonly container: string;
  readonly limits: Amounts;
  readonly requests: Amounts;
}

export const setResources = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.setResources, {
    plan: (input, context) =>
      planTemplate(
        api,
        {
          ref: input,
          edit: edit(input),
          preimage: (before, identity) => ({ ...identity, ...presentAmounts(before, input) }),
        },
        context,
      ),
    apply: (input, expected, context) =>
      applyTemplate(api, { ref: input, edit: edit(input), expected }, context),
    probe: (input, expected, context) => probeTemplate(api, { ref: input, expected }, context),
    undo({ limits, requests, ...identity }, { input }) {
      if (identity.template === identity.written) return undefined;
      return {
        change: kubernetes.setResources({ ...input, limits, requests }),
        preconditions: whileWritten(identity),
        diff: [
          ...differences('limits', input.limits, limits),
          ...differences('requests', input.requests, requests),
        ],
      };
    },
  });

const edit =
  ({ container, limits, requests }: Wanted): Edit =>
  (template) => {
    const found = containerIn(template, container);
    found.resources = withAmounts(withAmounts(found.resources ?? {}, 'limits', limits), 'requests', requests);
    return template;
  };

type Resources = NonNullable<ReturnType<typeof containerIn>['resources']>;

function withAmounts(resources: Resources, key: 'limits' | 'requests', wanted: Amounts): Resources {
  const merged = Object.fromEntries(
    Object.entries({ ...resources[key], ...wanted }).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
  const { [key]: _, ...others } = resources;
  return Object.keys(merged).length > 0 ? { ...others, [key]: merged } : others;
}

/** The present values of the fields that are written; `null` for one that is not there. */
function presentAmounts(template: Template, { container, limits, requests }: Wanted) {
  const now = containerIn(template, container).resources;
  const of = (wanted: Amounts, present: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.keys(wanted).map((name) => [name, present[name] ?? null]));
  return { limits: of(limits, now?.limits), requests: of(requests, now?.requests) };
}

const differences = (key: string, before: Amounts, after: Amounts) =>
  Object.entries(before).map(([name, value]) => ({
    path: `resources.${key}.${name}`,
    before: value ?? null,
    after: after[name as keyof Amounts] ?? null,
  }));
