import { implementChange } from '../../kit/index.ts';
import type { KubernetesClient } from '../clients.ts';
import { kubernetes } from '../contract.ts';
import {
  applyTemplate,
  planTemplate,
  probeTemplate,
  whileWritten,
  type Edit,
} from './template/change-template.ts';
import { containerIn } from './template/container-in.ts';

export const setImage = ({ api }: KubernetesClient) =>
  implementChange(kubernetes.setImage, {
    plan: (input, context) =>
      planTemplate(
        api,
        {
          ref: input,
          edit: edit(input),
          preimage: (before, identity) => ({
            ...identity,
            image: containerIn(before, input.container).image ?? '',
          }),
        },
        context,
      ),
    apply: (input, expected, context) =>
      applyTemplate(api, { ref: input, edit: edit(input), expected }, context),
    probe: (input, expected, context) => probeTemplate(api, { ref: input, expected }, context),
    undo({ image, ...identity }, { input }) {
      if (identity.template === identity.written || image === '') return undefined;
      return {
        change: kubernetes.setImage({ ...input, image }),
        preconditions: whileWritten(identity),
        diff: [{ path: `image of ${input.container}`, before: input.image, after: image }],
      };
    },
  });

const edit =
  ({ container, image }: { readonly container: string; readonly image: string }): Edit =>
  (template) => {
    containerIn(template, container).image = image;
    return template;
  };
