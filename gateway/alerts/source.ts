/** What every source of alerts answers to the webhook route. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Alert } from '../../ledger/api.ts';
import type { Log } from '../log.ts';
import type { Misshapen } from './parse-delivery.ts';

/** One POST of a sender. */
export interface Delivery {
  readonly headers: IncomingHttpHeaders;
  /** As it was sent: signatures are over these bytes. */
  readonly body: Buffer;
  readonly now: Date;
  /** The names in the sender's client certificate, where one was shown and its authority vouches for it. */
  readonly certificate?: readonly string[] | undefined;
  readonly log: Pick<Log, 'warn'>;
}

export interface Delivered {
  readonly alerts: readonly Alert[];
  /** Alerts that came with them and are wrong. */
  readonly refused?: readonly Misshapen[] | undefined;
  /** Why an authentic delivery means no alert. */
  readonly ignored?: string | undefined;
  /** How many alerts of the group the sender left out. */
  readonly truncated?: number | undefined;
}

export interface AlertSource {
  /** For the description of the API. */
  readonly summary: string;
  /**
   * Whether the sender is who it must be, then what it says. Throws a ProblemError: `bad-token` or `bad-signature`
   * before anything is parsed, `bad-request` with the wrong fields where no alert is right.
   */
  read(delivery: Delivery): Delivered;
}
