import { z } from 'zod';
import { read } from '../../kit/index.ts';
import { HostName, Time } from './names.ts';

/** One spelling a file: absolute, without `.`, `..` and what a shell or a listing could misread. */
export const FilePath = z
  .string()
  .max(400)
  .regex(/^(\/[A-Za-z0-9._:@+,-]+)+$/, 'is not the whole path of a file, e.g. /var/log/syslog')
  .refine(
    (path) => !path.split('/').some((part) => part === '.' || part === '..'),
    'must not contain . or ..',
  );

const Opened = z.object({
  host: z.string(),
  hostTime: Time,
  path: z.string(),
  /** `false`: everything below is `null` or empty. */
  found: z.boolean(),
  /** The file that was opened, when links lead elsewhere than `path`. */
  openedPath: z.string().nullable(),
  bytes: z.number().int().nullable(),
  /** As chmod writes it: `0644`. */
  mode: z.string().nullable(),
  changedAt: Time.nullable(),
});

export const FileTail = Opened.extend({
  /** The newest last; control characters are replaced, each at most 500 characters. */
  lines: z.array(z.string()),
});
export type FileTail = z.output<typeof FileTail>;

export const Checksum = Opened.extend({
  /** Of the content, in hex. */
  sha256: z.string().nullable(),
});
export type Checksum = z.output<typeof Checksum>;

export const fileTail = read({
  description:
    'The last lines of a file in a folder that the host lets nightshift read; /var/log where root has not said otherwise.',
  as: 'tail -n 100 FILE',
  input: z.object({
    host: HostName,
    path: FilePath,
    lines: z.number().int().min(1).max(500).default(100),
  }),
  output: FileTail,
  timeout: '15s',
  summary: ({ host, path }) => `end of ${path} on ${host}`,
});

export const checksum = read({
  description: 'Which content a file has: its SHA-256, size and time; not the content itself.',
  as: 'sha256sum FILE',
  input: z.object({ host: HostName, path: FilePath }),
  output: Checksum,
  timeout: '60s',
  summary: ({ host, path }) => `checksum of ${path} on ${host}`,
});
