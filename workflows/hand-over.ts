declare const handedOver: unique symbol;

/** The end of a run that found facts and passes them on: return it from `run`. */
export interface HandOver {
  readonly [handedOver]: true;
  readonly reason: string;
  readonly details: unknown;
}

const known = new WeakSet<object>();

/** Ends the run as handed over: `return handOver('No pattern among the sick pods', { ... })`. */
export function handOver(reason: string, details: Readonly<Record<string, unknown>> = {}): HandOver {
  const value = { reason, details } as HandOver;
  known.add(value);
  return value;
}

export const isHandOver = (value: unknown): value is HandOver =>
  typeof value === 'object' && value !== null && known.has(value);
