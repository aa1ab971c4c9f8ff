/** From what an author wrote to a configuration that can be relied on. A wrong one never starts anything. */
import { resolve } from 'node:path';
import type { z } from 'zod';
import { withAbsolutePaths, type Config, type Parsed } from './absolute-paths.ts';
import { clusterProblems } from './clusters.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { ConfigSchema, type ConfigInput } from './schema.ts';
import { Secret } from './secret.ts';

/** Checks at compile time what `parseConfig` checks again at start. */
export const defineConfig = (config: ConfigInput): ConfigInput => config;

/**
 * Parses a configuration. Relative paths count from `baseDir` (the configuration file's directory).
 * Throws a ConfigError that names every wrong field and says what to write there.
 */
export function parseConfig(input: unknown, from: { name?: string; baseDir?: string } = {}): Config {
  const where = from.name ?? 'the configuration';
  const parsed = ConfigSchema.safeParse(input);
  if (!parsed.success) throw new ConfigError(where, parsed.error.issues.flatMap(problem));
  const problems = [
    ...clusterProblems(parsed.data),
    ...literalSecrets(parsed.data),
    ...ambiguousRoles(parsed.data),
    ...unknownAuthors(parsed.data),
    ...sharedSlackIds(parsed.data),
    ...certificatesWithoutPort(parsed.data),
    ...rulesWithoutHours(parsed.data),
  ];
  if (problems.length > 0) throw new ConfigError(where, problems);
  return withAbsolutePaths(parsed.data, resolve(from.baseDir ?? '.'));
}

function problem(issue: z.core.$ZodIssue): ConfigProblem[] {
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: [field, key].filter((part) => part !== '').join('.'),
      message: 'there is no such field; remove it or correct its name',
    }));
  }
  if (issue.code === 'invalid_key') {
    return [{ field, message: issue.issues.map((i) => i.message).join('; ') }];
  }
  return [{ field, message: issue.message }];
}

function literalSecrets(config: Parsed): ConfigProblem[] {
  if (config.development) return [];
  return secretsIn(config)
    .filter(([, secret]) => secret.isLiteral)
    .map(([field]) => ({
      field,
      message:
        'a secret must not be written into the configuration; write secret.env("NAME"), secret.file("path") or secret.command(["program", "argument"])',
    }));
}

function ambiguousRoles({ people }: Parsed): ConfigProblem[] {
  return Object.entries(people).flatMap(([person, { roles }]) =>
    roles
      .filter((role) => Object.hasOwn(people, role))
      .map((role) => ({
        field: `people.${person}.roles`,
        message: `"${role}" is the name of a person; name the role differently`,
      })),
  );
}

/** Where nobody asks for a certificate nobody can show one. */
function certificatesWithoutPort({ alertSources: { own, ...known }, gateway }: Parsed): ConfigProblem[] {
  if (gateway.senders) return [];
  return Object.entries({ ...known, ...own }).flatMap(([name, source]) =>
    source && 'clientCertificate' in source
      ? [
          {
            field: `alertSources.${name in own ? `own.${name}` : name}.clientCertificate`,
            message: 'needs gateway.senders, the port on which certificates are asked for',
          },
        ]
      : [],
  );
}

/** A click is one person's. */
function sharedSlackIds({ people }: Parsed): ConfigProblem[] {
  const all = Object.entries(people);
  return all.flatMap(([person, { slack }]) => {
    const other = all.find(([name, of]) => name < person && slack !== undefined && of.slack === slack);
    return other ? [{ field: `people.${person}.slack`, message: `${slack} is ${other[0]} already` }] : [];
  });
}

/** An author nobody knows would exclude nobody. */
function unknownAuthors({ people, runbookAuthors }: Parsed): ConfigProblem[] {
  return Object.entries(runbookAuthors)
    .filter(([, person]) => !Object.hasOwn(people, person))
    .map(([runbook, person]) => ({
      field: `runbookAuthors.${runbook}`,
      message: `"${person}" is not one of people; write the name under which they answer`,
    }));
}

/** A rule of hours that nobody named would never fit, nor its contrary. */
function rulesWithoutHours({ policy, telling, businessHours }: Parsed): ConfigProblem[] {
  if (businessHours) return [];
  const rules = Array.isArray(policy) ? policy : [];
  const fields = [
    ...rules.flatMap(({ when }, i) => (when.hours ? [`policy.${i}.when.hours`] : [])),
    ...(telling?.routes ?? []).flatMap(({ hours }, i) => (hours ? [`telling.routes.${i}.hours`] : [])),
  ];
  return fields.map((field) => ({
    field,
    message: 'name the hours: businessHours: { timeZone: "Europe/Berlin", from: "09:00", to: "17:00" }',
  }));
}

function secretsIn(value: unknown, path = ''): [string, Secret][] {
  if (value instanceof Secret) return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, v]) => secretsIn(v, path === '' ? key : `${path}.${key}`));
}
