/** Reads the files that say which keys a host has, and which keys nobody may have any more. */
import { readFile } from 'node:fs/promises';
import { StepFailure } from '../../kit/index.ts';
import type { KnownHost } from './host-key.ts';
import { parseKnownHosts } from './known-hosts.ts';
import { keyType } from './public-key.ts';
import type { Hop } from './route.ts';

/** Read again for each connection: a line that is added or revoked counts from the next one on. */
export async function readKnownHost(hop: Hop): Promise<KnownHost> {
  const { host, name, principal, knownHosts, revokedHostKeys } = hop;
  const [texts, revoked] = await Promise.all([
    Promise.all(
      knownHosts.files.map(async (file) => ({ file, text: await content(file, knownHosts.required) })),
    ),
    revokedHostKeys === undefined ? undefined : readRevoked(revokedHostKeys),
  ]);
  const lines = texts.flatMap(({ file, text }) => (text === undefined ? [] : parseKnownHosts(text, file)));
  return { host, name, principal, files: knownHosts.files, lines, ...(revoked && { revoked }) };
}

async function readRevoked(file: string): Promise<NonNullable<KnownHost['revoked']>> {
  const text = (await content(file, true))!;
  if (text.startsWith('SSHKRL')) {
    throw new StepFailure(
      'invalid',
      `${file} (RevokedHostKeys) is a binary revocation list, which is not read here`,
      {
        next: 'Name a text file with one public key a line, or mark the keys @revoked in a known hosts file.',
      },
    );
  }
  const keys = text.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const at = words.findIndex((word) => keyType(Buffer.from(word, 'base64')) !== '');
    return at > 0 && !words[0]!.startsWith('#') ? [Buffer.from(words[at]!, 'base64')] : [];
  });
  return { file, keys };
}

async function content(file: string, required: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (!required && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StepFailure('invalid', `the known hosts file ${file} cannot be read`, {
      next: 'Correct its path in the configuration, or its permissions.',
      cause,
    });
  }
}
