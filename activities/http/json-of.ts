import { parseJson } from '../kit/index.ts';

/** What a text says as JSON; `undefined` for anything else or what is nested too deep, which a schema then refuses. */
export function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
