import type { ApplyContext, ArtefactRef } from '../../kit/index.ts';

/** Bytes that are read of an output at most: what is cut in a result is kept up to here as an artefact. */
export const MOST_READ = 1024 * 1024;

/** The part of an output that fits into the result; where it is not all of it, the whole as an artefact of the run. */
export async function withWhole(
  { text, limitBytes, name }: { readonly text: string; readonly limitBytes: number; readonly name: string },
  { keep }: Pick<ApplyContext, 'keep'>,
): Promise<{ readonly shown: string; readonly truncated?: string; readonly artefact?: ArtefactRef }> {
  const whole = Buffer.from(text);
  if (whole.length <= limitBytes) return { shown: text };
  const content = whole.subarray(0, MOST_READ);
  const artefact = await keep({ name, mediaType: 'text/plain', content });
  const kept = artefact
    ? `the artefact ${name} has ${content.length < whole.length ? 'the first MiB' : 'all of it'}`
    : 'the rest could not be kept';
  const shown = whole.subarray(0, limitBytes).toString('utf8');
  return { shown, truncated: `cut after ${limitBytes} bytes; ${kept}`, ...(artefact && { artefact }) };
}
