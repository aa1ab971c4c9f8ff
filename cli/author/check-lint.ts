/** What the ESLint of the author's own repository says of the runbooks, as they have configured it. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';

export interface LintFinding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly severity: 'error' | 'hint';
  readonly message: string;
  readonly remedy: string;
}

/** What it found, or why it was not asked. */
export type LintCheck = { readonly findings: readonly LintFinding[] } | { readonly notAsked: string };

/** Rules of which the check of the source says the same. */
export const SAID_BY_SOURCE: Readonly<Record<string, string>> = {
  '@typescript-eslint/no-floating-promises': 'not-awaited',
  'no-unreachable': 'unreachable',
  'nightshift/replayable': 'not-replayable',
};
const CONFIGS = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((extension) => `eslint.config.${extension}`);
const FIRST =
  "write eslint.config.mjs: import nightshift from 'nightshift/eslint'; export default [...nightshift];";
/** Of printed JSON: hundreds of findings. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

const Report = z.array(
  z.object({
    filePath: z.string(),
    messages: z.array(
      z.object({
        ruleId: z.string().nullable(),
        severity: z.number(),
        message: z.string(),
        line: z.number().optional(),
      }),
    ),
  }),
);

/** Throws a CliFailure where ESLint itself fails. */
export async function checkLint(catalogue: string, files: readonly string[]): Promise<LintCheck> {
  const eslint = eslintOf(catalogue);
  if (!eslint)
    return { notAsked: 'ESLint is not installed: npm install --save-dev eslint typescript-eslint' };
  const folder = configFolder(dirname(catalogue));
  if (!folder) return { notAsked: `ESLint has no configuration; ${FIRST}` };
  const report = await run(eslint, { folder, files });
  return {
    findings: report.flatMap(({ filePath, messages }) =>
      messages.map(({ ruleId, severity, message, line = 1 }) => ({
        ...{ file: relative(process.cwd(), filePath), line, message },
        rule: ruleId ?? 'eslint',
        severity: severity > 1 ? ('error' as const) : ('hint' as const),
        remedy: ruleId
          ? `mend it, or say why it may stay: // eslint-disable-next-line ${ruleId} -- because …`
          : 'mend it; npx eslint says the same',
      })),
    ),
  };
}

function eslintOf(catalogue: string): string | undefined {
  try {
    return join(dirname(createRequire(catalogue).resolve('eslint/package.json')), 'bin', 'eslint.js');
  } catch {
    return undefined;
  }
}

function configFolder(from: string): string | undefined {
  if (CONFIGS.some((name) => existsSync(join(from, name)))) return from;
  return dirname(from) === from ? undefined : configFolder(dirname(from));
}

async function run(
  eslint: string,
  { folder, files }: { readonly folder: string; readonly files: readonly string[] },
): Promise<z.output<typeof Report>> {
  const args = [eslint, '--format', 'json', '--no-warn-ignored', ...files];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: folder,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return Report.parse(JSON.parse(stdout));
  } catch (cause) {
    const { code, stdout, stderr } = cause as { code?: unknown; stdout?: string; stderr?: string };
    // 1: it found something.
    if (code === 1 && stdout) return Report.parse(JSON.parse(stdout));
    const why =
      (stderr ?? '').split('\n').find((line) => /error|cannot/i.test(line)) ?? (cause as Error).message;
    throw new CliFailure(EXIT.failed, `ESLint could not look at the runbooks: ${why.trim()}`, {
      cause,
      next: `cd ${folder} && npx eslint ${relative(folder, dirname(files[0] ?? folder)) || '.'}`,
    });
  }
}
