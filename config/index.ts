export type { Config } from './absolute-paths.ts';
export { askedAt, rolesOf, standing, type Authority, type People } from './authority.ts';
export { ConfigError, type ConfigProblem } from './config-error.ts';
export { excludedBy, type RunbookAuthors } from './four-eyes.ts';
export { findConfig, loadConfig } from './load-config.ts';
export { defineConfig, parseConfig } from './parse-config.ts';
export {
  defaultPolicy,
  policyDecision,
  type Policy,
  type PolicyDecision,
  type PolicyFunction,
  type PolicyQuestion,
  type PolicyRule,
} from './policy.ts';
export type { ConfigInput } from './schema.ts';
export { Secret, secret } from './secret.ts';
