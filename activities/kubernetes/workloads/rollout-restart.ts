import { implementChange } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import { applyTemplate, planTemplate, probeTemplate, type Edit } from './template/change-template.ts';

/**
 * kubectl writes the time, in whole seconds, so that two restarts within one second are one. The operation's name is
 * different for each restart, and tells afterwards whose it was.
 */
export const RESTARTED_BY = 'nightshift.dev/restarted-by';

export const rolloutRestart = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.rolloutRestart, {
    plan: (input, context) =>
      planTemplate(
        api,
        { ref: input, edit: edit(context.operation), preimage: (_, { uid }) => ({ uid }) },
        context,
      ),
    apply: (input, expected, context) =>
      applyTemplate(api, { ref: input, edit: edit(context.operation), expected }, context),
    probe: (input, expected, context) => probeTemplate(api, { ref: input, expected }, context),
  });

const edit =
  (operation: string): Edit =>
  (template) => {
    template.metadata = {
      ...template.metadata,
      annotations: { ...template.metadata?.annotations, [RESTARTED_BY]: operation },
    };
    return template;
  };
