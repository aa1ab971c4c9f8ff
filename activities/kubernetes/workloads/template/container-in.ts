import { StepFailure } from '../../../kit/index.ts';
import type { Template } from './change-template.ts';

type TemplateContainer = NonNullable<NonNullable<Template['spec']>['containers']>[number];

/** The container of this name in a template, init containers among them. */
export function containerIn(template: Template, name: string): TemplateContainer {
  const all = [...(template.spec?.containers ?? []), ...(template.spec?.initContainers ?? [])];
  const found = all.find((c) => c.name === name);
  if (found) return found;
  throw new StepFailure('invalid', `The template has no container "${name}"`, {
    next: `It has ${all.map((c) => c.name).join(', ') || 'none'}.`,
  });
}
