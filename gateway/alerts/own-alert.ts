import { z } from 'zod';
import { hashOf } from '../../activities/kit/index.ts';
import type { Alert } from '../../ledger/api.ts';
import { storable } from '../../ledger/storable.ts';
import { boundedAlert } from './bounded-alert.ts';
import { Instant } from './instant.ts';

const text = z.string();

/** An alert in nightshift's own words: of an own source, a CloudEvent's data, an export. */
export const OwnAlert = z.looseObject({
  name: text.min(1),
  fingerprint: text.min(1).optional(),
  status: z.enum(['firing', 'resolved']).default('firing'),
  severity: text.default('unknown'),
  labels: z.record(text, text),
  annotations: z.record(text, text).default({}),
  startedAt: Instant,
  endedAt: Instant.optional(),
  link: text.optional(),
});

/** The alert of an authenticated sender. */
export function ownAlert(
  given: z.output<typeof OwnAlert>,
  { source, raw }: { readonly source: string; readonly raw: unknown },
): Alert {
  const { name, fingerprint, status, severity, labels, annotations, startedAt, endedAt, link } = given;
  const resolved = status === 'resolved';
  return boundedAlert({
    source,
    fingerprint: fingerprint ?? hashOf(storable({ name, labels })),
    ...{ status, name, severity, labels, annotations, startedAt, link, raw },
    // What is not told is when it was received: its beginning would make it a moment long.
    endedAt: resolved ? endedAt : undefined,
    authenticated: true,
  });
}
