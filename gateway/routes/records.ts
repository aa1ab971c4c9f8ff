import type { Ledger } from '../../ledger/api.ts';
import { exportLog, exportRecord } from '../api/records.ts';
import type { Serve } from '../serve.ts';
import { notFound } from './freezes.ts';

export function serveRecords(serve: Serve, { ledger }: { ledger: Ledger }): void {
  serve(exportLog, () => ledger.exportLog());
  serve(exportRecord, async ({ params }) => ledger.exportRecord(params.workflowId).catch(notFound));
}
