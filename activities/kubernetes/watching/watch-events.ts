import { parseJson } from '../../kit/index.ts';

export type WatchEvent =
  | { readonly kind: 'change' | 'bookmark'; readonly version: string }
  /** The server no longer has what came after the version that was asked for. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'error'; readonly message: string };

const LONGEST_LINE = 4 * 1024 * 1024;

/** The events of a watch: one JSON object on each line. Throws for what is none. */
export async function* watchEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<WatchEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE)
      throw new Error(`an event of a watch is longer than ${LONGEST_LINE} characters`);
    for (const line of lines) if (line !== '') yield eventOf(line);
  }
}

interface Sent {
  readonly type?: string;
  readonly object?: {
    readonly metadata?: { readonly resourceVersion?: string };
    readonly code?: number;
    readonly reason?: string;
    readonly message?: string;
  };
}

function eventOf(line: string): WatchEvent {
  const { type, object } = parseJson(line) as Sent;
  if (type === 'ERROR') {
    if (object?.code === 410 || object?.reason === 'Expired' || object?.reason === 'Gone')
      return { kind: 'expired' };
    return { kind: 'error', message: object?.message ?? 'the watch failed' };
  }
  const version = object?.metadata?.resourceVersion;
  if (version === undefined) throw new Error('an event of a watch names no version');
  return { kind: type === 'BOOKMARK' ? 'bookmark' : 'change', version };
}
