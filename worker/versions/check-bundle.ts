/**
 * What the runbooks and steps at hand make of facts of a deployment. The facts come from elsewhere: whoever checks needs
 * neither Temporal nor the ledger, only the code that is about to be deployed.
 */
import type { AnyContract } from '../../activities/kit/index.ts';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { contractChanges, type ContractChange } from './contract-changes.ts';
import { contractSchemas, type ContractSchemas } from './contract-schemas.ts';
import { createReplayer, type Broken, type PastRun } from './replay.ts';

export type Fact =
  | ({ readonly kind: 'history' } & PastRun)
  /** A run that has not begun: it begins with the runbooks that are current then. */
  | { readonly kind: 'waiting'; readonly runbook: string; readonly input: unknown }
  /** The contracts that another bundle was kept with. */
  | { readonly kind: 'contracts'; readonly contracts: ContractSchemas };

export type Verdict =
  | { readonly broken?: Broken | undefined }
  | { readonly problem?: string | undefined }
  | { readonly changes: readonly ContractChange[] };

export interface AtHand {
  readonly code: string;
  readonly runbooks: readonly RunbookDefinition[];
  readonly contracts: readonly AnyContract[];
}

export interface BundleCheck {
  /** One fact at a time. */
  verdict(fact: Fact): Promise<Verdict>;
  close(): Promise<void>;
}

export function createBundleCheck({ code, runbooks, contracts }: AtHand): BundleCheck {
  const replayer = createReplayer(code);
  const today = contractSchemas(contracts);
  return {
    async verdict(fact) {
      switch (fact.kind) {
        case 'history':
          return { broken: await replayer.replay(fact) };
        case 'waiting':
          return { problem: problemOf(fact, runbooks) };
        case 'contracts':
          return { changes: contractChanges(fact.contracts, today) };
      }
    },
    close: () => replayer.close(),
  };
}

function problemOf(
  { runbook: id, input }: { readonly runbook: string; readonly input: unknown },
  runbooks: readonly RunbookDefinition[],
): string | undefined {
  const runbook = runbooks.find((r) => r.id === id);
  if (!runbook) return `there is no runbook "${id}" any more`;
  const { error } = runbook.input.safeParse(input);
  return error?.issues.map((i) => `its input: ${i.path.join('.') || 'the whole'}: ${i.message}`).join('; ');
}
