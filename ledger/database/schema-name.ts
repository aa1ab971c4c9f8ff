import { createHash } from 'node:crypto';

const DEPLOYMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * The PostgreSQL schema that holds a deployment's tables: `nightshift_` and its name. One database can hold several
 * deployments. Throws a RangeError for a name that cannot be one.
 */
export function schemaName(deployment: string): string {
  if (!DEPLOYMENT.test(deployment)) {
    throw new RangeError(
      `"${deployment}" cannot name a deployment: use up to 63 letters, digits, dots, dashes and underscores`,
    );
  }
  if (/^[a-z0-9_]{1,40}$/.test(deployment)) return `nightshift_${deployment}`;
  const readable = deployment
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 32);
  return `nightshift_${readable}_${createHash('sha256').update(deployment).digest('hex').slice(0, 8)}`;
}
