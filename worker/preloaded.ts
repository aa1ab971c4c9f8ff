/**
 * What all runs of a worker share in Temporal's sandbox: contracts and messages, which no run changes. They are made once;
 * made anew in each run they would be most of what a run takes in memory and in its first milliseconds.
 *
 * State does not belong into these modules or into what they import: it would be shared between runs.
 */
import '../activities/alertmanager/contract.ts';
import '../activities/alerts/contract.ts';
import '../activities/grafana/contract.ts';
import '../activities/hosts/contract.ts';
import '../activities/kubernetes/contract.ts';
import '../activities/jaeger/contract.ts';
import '../activities/loki/contract.ts';
import '../activities/pagerduty/contract.ts';
import '../activities/prometheus/contract.ts';
import '../activities/tickets/contract.ts';
import '../workflows/messages.ts';

/** webpack's: every module of the bundle. */
declare const __webpack_modules__: Readonly<Record<string, unknown>>;
/** The sandbox's, which shares the modules that are loaded before the first run. */
declare const __webpack_module_cache__: Readonly<Record<string, { exports: unknown } | undefined>>;

// The sandbox freezes what is shared, down to the last pattern, where it is not frozen yet. Here the exports are enough:
// a schema completes itself when it is first used, and a regular expression keeps how far it has read.
for (const id of Object.keys(__webpack_modules__)) Object.freeze(__webpack_module_cache__[id]?.exports);
