import { hashOf } from '../../activities/kit/index.ts';
import { shortened } from '../../activities/kit/shortened.ts';
import type { Alert } from '../../ledger/api.ts';

/** In characters. The ledger's indexes hold names and fingerprints; the start of a run carries labels and annotations. */
const LONGEST = { fingerprint: 200, name: 200, severity: 100, link: 4_000, field: 200 };
const LABELS = { each: 4_000, together: 32_000 };
const ANNOTATIONS = { each: 16_000, together: 64_000 };

/** An alert that every part of the house can hold, whatever its sender wrote; `raw` stays as it was sent. */
export function boundedAlert(alert: Alert): Alert {
  const { fingerprint, name, severity, labels, annotations, link } = alert;
  return {
    ...alert,
    // A cut one could be another alert's.
    fingerprint:
      fingerprint.length > LONGEST.fingerprint ? `sha256-${hashOf(fingerprint.toWellFormed())}` : fingerprint,
    name: shortened(name, LONGEST.name),
    severity: shortened(severity, LONGEST.severity),
    labels: boundedTexts(labels, LABELS),
    annotations: boundedTexts(annotations, ANNOTATIONS),
    // A cut address leads nowhere.
    link: link !== undefined && link.length > LONGEST.link ? undefined : link,
  };
}

/** Long texts are cut, and those for which no room is left are left out. */
function boundedTexts(
  texts: Readonly<Record<string, string>>,
  { each, together }: { each: number; together: number },
): Record<string, string> {
  let room = together;
  const kept = Object.entries(texts).flatMap(([field, text]): [string, string][] => {
    const short = shortened(text, each);
    const length = field.length + short.length;
    if (length > room || field.length > LONGEST.field) return [];
    room -= length;
    return [[field, short]];
  });
  return Object.fromEntries(kept);
}
