import { pino, type Logger } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** JSON lines on standard error; standard output is for the ready line. Secrets that a request carries are not written. */
export const createLogger = (level: string): Logger =>
  pino(
    {
      name: 'gateway',
      level,
      redact: {
        paths: [
          'req.headers.authorization',
          'req.headers.cookie',
          'req.headers["x-pagerduty-signature"]',
          '*.secret',
          '*.token',
          '*.password',
        ],
        censor: '[redacted]',
      },
    },
    pino.destination({ fd: 2, sync: false }),
  );
