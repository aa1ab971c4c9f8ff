/** The file that an upload would replace, and whether root lets it be replaced. */
import { StepFailure, type CallContext } from '../../kit/index.ts';
import { fieldsOf } from '../program/answer.ts';
import { ask } from '../program/ask.ts';
import type { Ssh } from '../ssh/ssh.ts';

export async function fileBeforeUpload(
  ssh: Ssh,
  { host, path }: { readonly host: string; readonly path: string },
  context: CallContext,
) {
  const answer = await ask(ssh, { host, words: ['before-upload', path], withinSeconds: 8 }, context);
  const { state, sha256, mode, owner, content } = fieldsOf(answer.lines);
  const found = state === 'read';
  if (!found && state !== 'not-there') throw notReplaced({ host, path, state });
  return {
    found,
    hostKey: answer.hostKey,
    hostTime: answer.hostTime.toISOString(),
    sha256: found ? (sha256 ?? null) : null,
    mode: mode === undefined ? null : mode.padStart(4, '0'),
    owner: owner ?? null,
    /** `null` where there is none, or it is too large or no text. */
    content: content === undefined ? null : text(content),
  };
}

function text(base64: string): string | null {
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(base64, 'base64'),
    );
    return decoded.includes('\0') ? null : decoded;
  } catch {
    return null;
  }
}

function notReplaced({
  host,
  path,
  state,
}: {
  host: string;
  path: string;
  state: string | undefined;
}): StepFailure {
  const facts = { host, path };
  switch (state) {
    case 'not-allowed':
      return new StepFailure('refused', `${host} does not let nightshift write ${path}`, {
        next: 'Root can allow its folder there: a line "upload FOLDER" in /etc/nightshift/host.allow.',
        facts,
      });
    case 'unsafe-folder':
      return new StepFailure(
        'refused',
        `others than root can write in the folder of ${path} on ${host}, or it is not there`,
        {
          next: 'Only folders that root alone can write in, up to /, can take an upload.',
          facts,
        },
      );
    case 'no-file':
      return new StepFailure('invalid', `${path} on ${host} is no regular file`, { facts });
    default:
      return new StepFailure('retryable', `${host} did not say what ${path} is`, { facts });
  }
}
