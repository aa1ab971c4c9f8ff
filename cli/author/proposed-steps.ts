/** Which changes a runbook may propose, as far as its source tells. */
import { pathToFileURL } from 'node:url';
import type { AnyContract, ChangeContract } from '../../activities/kit/index.ts';
import { stepsOfRunbooks, type StepUse } from '../rbac/steps-of-runbooks.ts';
import type { AuthorProgram } from './author-program.ts';

export type NamedChange = Pick<ChangeContract, 'name' | 'risk'>;

/**
 * Every change step that the runbook comes to, sorted by name; what a runbook that it starts proposes is that one's.
 * Throws a CliFailure where a use of steps cannot be seen.
 */
export async function proposedSteps(author: AuthorProgram, runbook: string): Promise<NamedChange[]> {
  const uses = stepsOfRunbooks(author, { ids: [runbook], others: 'leave' });
  const contracts = await Promise.all(uses.map(contractOf));
  const changes = contracts.filter((contract) => contract?.effect === 'change');
  const named = new Map(changes.map((contract) => [contract.name, contract]));
  return [...named.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Contracts are data: loaded, they say their own name, effect and risk. */
export async function contractOf({ declared }: StepUse): Promise<AnyContract | undefined> {
  const file = declared.module.replace(/\.d\.(m?)ts$/, '.$1js');
  const exported = (await import(pathToFileURL(file).href)) as Record<
    string,
    Record<string, { readonly contract?: AnyContract } | undefined> | undefined
  >;
  return exported[declared.system]?.[declared.key]?.contract;
}
