/** Which Temporal one is connected to: the same for the worker and the gateway, and kept in the ledger. */
import type { WorkflowService } from '@temporalio/client';

export interface TemporalIdentity {
  /** Made with the namespace: it stays through upgrades, restores and failovers, and no other namespace has it. */
  readonly namespaceId: string;
  readonly namespace: string;
  /** `host:port`, as it was reached. */
  readonly address: string;
}

/** Throws what the connection throws when Temporal does not answer, or has no such namespace. */
export async function temporalIdentity(
  service: Pick<WorkflowService, 'describeNamespace'>,
  { address, namespace }: Pick<TemporalIdentity, 'address' | 'namespace'>,
): Promise<TemporalIdentity> {
  const { namespaceInfo } = await service.describeNamespace({ namespace });
  const namespaceId = namespaceInfo?.id;
  if (!namespaceId)
    throw new Error(`Temporal at ${address} does not say which id its namespace "${namespace}" has`);
  return { namespaceId, namespace, address };
}
