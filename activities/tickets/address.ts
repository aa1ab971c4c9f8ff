import { z } from 'zod';

/** Where a ticket is, as a system says: what a browser may be led to, and nothing that runs there. */
export const Address = z.url({ protocol: /^https?$/, normalize: true }).max(2_000);
