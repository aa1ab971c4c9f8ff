import { z } from 'zod';

/** What a large or binary output may be. Nothing that a browser would run. */
export const MEDIA_TYPES = [
  'text/plain',
  'application/json',
  'image/svg+xml',
  'application/octet-stream',
] as const;

/** Bytes of one artefact at most. */
export const MAX_ARTEFACT_BYTES = 4 * 1024 * 1024;

/** How an output names what was kept of it: in results, and so in the record. */
export const ArtefactRef = z.object({
  /** A file name, for people. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
  /** Of its bytes, in hex: what it is found and checked by. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  mediaType: z.enum(MEDIA_TYPES),
  bytes: z.number().int().nonnegative(),
});
export type ArtefactRef = z.output<typeof ArtefactRef>;

/** A large or binary output, to be kept beside the run. */
export interface Artefact extends Pick<ArtefactRef, 'name' | 'mediaType'> {
  /** At most `MAX_ARTEFACT_BYTES`. */
  readonly content: Uint8Array;
}
