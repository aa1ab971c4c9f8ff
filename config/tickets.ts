/** Where the tickets of runs go. */
import { z } from 'zod';
import { httpUrl } from './http-url.ts';
import { AddressOrSecret, SecretField } from './secret.ts';
import { path, text } from './text.ts';

const GitHub = z.strictObject({
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, { error: 'write "owner/name"' }),
  /** With the right to read and write issues of that repository. */
  token: SecretField,
  api: httpUrl({ example: 'https://github.example.com/api/v3', credentials: '`token`' }).default(
    'https://api.github.com',
  ),
});

const Jira = z.strictObject({
  url: httpUrl({ example: 'https://example.atlassian.net', credentials: '`user` and `token`' }),
  project: z.string().regex(/^[A-Z][A-Z0-9_]+$/, { error: 'write the key of a project, like "OPS"' }),
  issueType: text('the name of a type of issues').default('Task'),
  /** Of the account that a token of Jira Cloud belongs to; without it the token is a personal access token. */
  user: text('the address of an account').optional(),
  token: SecretField,
});

export const Tickets = z
  .strictObject({
    folder: path('a directory for tickets').optional(),
    webhook: z.strictObject({ url: AddressOrSecret, secret: SecretField.optional() }).optional(),
    github: GitHub.optional(),
    jira: Jira.optional(),
  })
  .refine((places) => Object.values(places).some((place) => place !== undefined), {
    error: 'write folder, webhook, github or jira, or several; without tickets leave the field away',
  });
