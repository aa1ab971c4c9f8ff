import { z } from 'zod';
import { change } from '../../kit/index.ts';
import { FilePath } from './files.ts';
import { HostName } from './names.ts';

/** Characters; the plan counts bytes. */
const LARGEST = 64 * 1024;

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const output = z.object({
  hostTime: z.string(),
  /** What the file holds now; `null` where there is none. */
  sha256: Sha256.nullable(),
});

export const upload = change({
  description:
    'Writes a small text file on a host, whole or not at all, where root allows it in /etc/nightshift/host.allow. What was there is kept on the host for the undo. People see both contents: it is not for secrets.',
  as: 'install -m 0644 -o root -g root FILE /etc/app/app.conf',
  risk: 'disruptive',
  input: z.object({
    host: HostName,
    path: FilePath,
    content: z
      .string()
      .max(LARGEST)
      .refine((text) => !text.includes('\0'), 'must be text'),
    mode: z
      .string()
      .regex(/^0[0-7]{3}$/, 'write it like 0644')
      .default('0644'),
    owner: z
      .string()
      .regex(/^[a-z_][a-z0-9_.-]{0,31}:[a-z_][a-z0-9_.-]{0,31}$/, 'write it like root:root')
      .default('root:root'),
  }),
  output,
  preconditions: z.object({
    hostKey: z.string(),
    /** The content in place; `null`: there must be no file. */
    sha256: Sha256.nullable(),
  }),
  preimage: z.object({ hostKey: z.string(), sha256: Sha256.nullable() }),
  target: ({ host }) => `host/${host}`,
  summary: ({ host, path }) => `Write ${path} on ${host}`,
});

export const restoreFile = change({
  description:
    'Puts back what an upload has replaced on a host, while the file still holds what the upload wrote.',
  as: 'mv FILE.before FILE',
  risk: 'disruptive',
  input: z.object({
    host: HostName,
    path: FilePath,
    /** The upload's operation, under which the host keeps what was there. */
    upload: z.string().min(1).max(600),
  }),
  output,
  preconditions: z.object({
    hostKey: z.string(),
    /** What the upload wrote. */
    sha256: Sha256,
  }),
  preimage: z.object({}),
  target: ({ host }) => `host/${host}`,
  summary: ({ host, path }) => `Put back ${path} on ${host}`,
});
