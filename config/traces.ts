/** Where the traces of requests are kept. */
import { z } from 'zod';
import { httpUrl } from './http-url.ts';
import { SecretField } from './secret.ts';
import { text } from './text.ts';

const common = {
  /** Sent as a bearer token. */
  token: SecretField.optional(),
  /** The tags in which services keep the id of a request. */
  requestIdTags: z
    .array(text('the name of a tag'), { error: 'write a list of tags, like ["request_id"]' })
    .min(1, { error: 'write one tag at least, or leave the field away' })
    .max(5, { error: 'write five tags at most' })
    .default(['request_id', 'request.id', 'http.request_id']),
};

export const Traces = z.discriminatedUnion(
  'kind',
  [
    /** The address of its pages. */
    z.strictObject({
      kind: z.literal('jaeger'),
      url: httpUrl({ example: 'http://127.0.0.1:16686', credentials: '`token`' }),
      ...common,
    }),
    z.strictObject({
      kind: z.literal('tempo'),
      /** Of Tempo, or of its query-frontend. */
      url: httpUrl({ example: 'http://127.0.0.1:3200', credentials: '`token`' }),
      /** Of a Tempo with several: sent as X-Scope-OrgID. */
      tenant: text('the name of a tenant').optional(),
      ...common,
    }),
  ],
  {
    error:
      'write { kind: "jaeger", url: "http://127.0.0.1:16686" } or { kind: "tempo", url: "http://127.0.0.1:3200" }',
  },
);
