import { z } from 'zod';

/** A text that must not be empty; `write` says what to write, because it is shown behind the field's name. */
export const text = (write: string) =>
  z.string({ error: `write ${write}` }).min(1, { error: `must not be empty; write ${write}` });

/** A name that goes into addresses, workflow ids and annotations. */
export const NAME = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

export const path = (what: string) => text(`the path of ${what}`);
