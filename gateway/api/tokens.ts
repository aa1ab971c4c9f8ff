import { z } from 'zod';
import { endpoint, SCOPES } from './endpoint.ts';

export const TokenView = z.object({
  id: z.string(),
  person: z.string(),
  scopes: z.array(z.string()),
  createdAt: z.string(),
  createdBy: z.string().optional(),
  expiresAt: z.string(),
  revokedAt: z.string().optional(),
  revokedBy: z.string().optional(),
  lastUsedAt: z.string().optional(),
});
export type TokenView = z.output<typeof TokenView>;

/** Who the bearer of this token is. */
export const whoAmI = endpoint({
  method: 'GET',
  path: '/api/me',
  scope: 'read',
  summary: 'Who this token belongs to and what it may be used for',
  response: z.object({
    person: z.string(),
    /** Absent when the configuration does not know the person. */
    name: z.string().optional(),
    roles: z.array(z.string()),
    scopes: z.array(z.string()),
    expiresAt: z.string(),
    deployment: z.string(),
  }),
});

export const createToken = endpoint({
  method: 'POST',
  path: '/api/tokens',
  scope: 'admin',
  summary: 'Make a token; its secret is shown once, in this answer',
  body: z.strictObject({
    person: z.string().min(1).max(100),
    scopes: z.array(z.enum(SCOPES)).min(1),
    expiresAt: z.iso.datetime(),
  }),
  status: 201,
  response: z.object({ token: TokenView, secret: z.string() }),
});

export const listTokens = endpoint({
  method: 'GET',
  path: '/api/tokens',
  scope: 'admin',
  summary: 'Tokens without their secrets',
  response: z.object({ tokens: z.array(TokenView) }),
});

export const revokeToken = endpoint({
  method: 'DELETE',
  path: '/api/tokens/:id',
  scope: 'admin',
  summary: 'Revoke a token; it is refused from the next request on',
  params: z.object({ id: z.string().min(1) }),
  response: z.object({ revoked: z.literal(true) }),
});
