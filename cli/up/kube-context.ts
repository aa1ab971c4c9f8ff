import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CliFailure } from '../failure.ts';
import { EXIT } from '../exit-code.ts';
import type { Io } from '../terminal/io.ts';

const Kubeconfig = z.looseObject({ contexts: z.array(z.looseObject({ name: z.string() })).optional() });

/** The kubeconfig file that has the context: of KUBECONFIG, or ~/.kube/config. */
export function resolveContext(env: Io['env'], context: string): string {
  const files = (
    env['KUBECONFIG']?.split(delimiter) ?? [join(env['HOME'] ?? homedir(), '.kube', 'config')]
  ).filter((file) => file !== '' && existsSync(file));
  const known: string[] = [];
  for (const file of files) {
    const names = contextsIn(file);
    if (names.includes(context)) return file;
    known.push(...names);
  }
  throw new CliFailure(EXIT.notFound, `no kubeconfig has a context "${context}"`, {
    next: known.length > 0 ? `use one of: ${known.join(', ')}` : 'set KUBECONFIG to the file that has it',
  });
}

function contextsIn(file: string): string[] {
  const parsed = Kubeconfig.safeParse(parse(readFileSync(file, 'utf8')));
  return parsed.success ? (parsed.data.contexts ?? []).map(({ name }) => name) : [];
}
