import { fileURLToPath } from 'node:url';

/** The package's folder: a checkout, or an installed copy. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));
