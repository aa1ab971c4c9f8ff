/**
 * E-mail by SMTP (RFC 5321). The messages of a run are one thread: they answer to an id made from the run's (RFC 5322,
 * 3.6.4), under one subject, since some mail programs look at that as well. SMTP knows no idempotency; the same message
 * has the same Message-ID whenever it is sent, and mailboxes that drop repeated ones drop it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getSystemErrorName } from 'node:util';
import { createTransport } from 'nodemailer';
import type { EmailConfig } from '../../../config/telling-channels.ts';
import { NotTold, type OpenChannel, type Outgoing } from '../channel.ts';
import type { Telling } from '../telling.ts';
import { htmlOf, textOf } from './mail-body.ts';

const PATIENCE_MS = 20_000;
const PORTS = { starttls: 587, tls: 465, none: 25 };
/** What makes a telephone ring where its owner wants that of important mail. */
const IMPORTANT = ['question', 'reminder', 'escalation', 'failure'];

export const emailChannel = (config: EmailConfig): OpenChannel => ({
  async send(message, signal) {
    const transport = openTransport(config);
    const mail = mailOf(message, config);
    try {
      const { rejected } = await transport.sendMail({
        ...mail,
        signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
      });
      // Sending again would reach those twice who have it.
      if (rejected.length > 0)
        throw new NotTold(`the server does not take it for ${rejected.map(String).join(', ')}`, 'in-part');
      return mail.messageId;
    } catch (error) {
      throw error instanceof NotTold ? error : notTold(error, config);
    } finally {
      transport.close();
    }
  },
});

/** One for each message: a rotated password or certificate counts at once. */
function openTransport({ server, port, security, caFile, user, password }: EmailConfig) {
  return createTransport({
    ...{ host: server, port: port ?? PORTS[security] },
    ...{ secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none' },
    ...(caFile !== undefined && { tls: { ca: readFileSync(caFile) } }),
    // A server that asks for no password gets no message either: it is not the one that was meant.
    ...(user !== undefined && password && { auth: { user, pass: password.reveal() }, forceAuth: true }),
    ...{ connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 10_000 },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
}

function mailOf({ id, tellings }: Outgoing, { from, to }: EmailConfig) {
  const [{ deployment, event, run }] = tellings;
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const isOfOneRun = run !== undefined && tellings.every((telling) => telling.run === run);
  const root = !isOfOneRun ? undefined : `<run.${digest(`${deployment} ${run}`)}@${domain}>`;
  return {
    from: { name: `nightshift ${deployment}`, address: from },
    to: [...to],
    subject: isOfOneRun || tellings.length === 1 ? subjectOf(tellings[0]) : stormOf(tellings),
    messageId: `<told.${digest(id)}@${domain}>`,
    ...(root && { inReplyTo: root, references: root }),
    text: textOf(tellings),
    html: htmlOf(tellings),
    headers: {
      // Nobody's holiday notice answers (RFC 3834).
      'Auto-Submitted': 'auto-generated',
      'X-Nightshift-Message': digest(id),
    },
    priority: IMPORTANT.includes(event) ? ('high' as const) : ('normal' as const),
  };
}

const subjectOf = ({ deployment, run, about, title }: Telling): string =>
  `[${deployment}] ${run === undefined ? title : `${about ?? run} (${run})`}`.slice(0, 200).toWellFormed();

/** The runs of a storm have one mail. */
const stormOf = (tellings: Outgoing['tellings']): string =>
  `[${tellings[0].deployment}] ${tellings.length} at once: ${tellings[0].title}`.slice(0, 200).toWellFormed();

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Why, in words without what the server said beyond its code: that may repeat the user or the message. */
function notTold(error: unknown, { server }: EmailConfig): NotTold {
  const { code = '', errno, responseCode, command, message } = error as SmtpError;
  const no = (why: string, retry: 'soon' | 'never' = 'soon') => new NotTold(why, retry, error);
  // A password may be rotated before the day is over; a mailbox that is not there stays away.
  if (code === 'EAUTH') return no(`${server} does not take the user and password of this channel`);
  if (code === 'ETLS') return no(`${server} does not encrypt; look at security in the channel`);
  if (code === 'EDNS') return no(`there is no server named ${server}`);
  if (responseCode !== undefined)
    return no(`${server} answered ${responseCode} to ${command}`, responseCode < 500 ? 'soon' : 'never');
  if (errno !== undefined) return no(`${server} cannot be reached (${getSystemErrorName(errno)})`);
  if (code === 'ESOCKET')
    return no(`${server} is not trusted (${message.split(';')[0]}); name its authority in caFile`);
  return no(`no answer from ${server} (${code})`);
}

interface SmtpError extends NodeJS.ErrnoException {
  readonly responseCode?: number;
  readonly command?: string;
}
