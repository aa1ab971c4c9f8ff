/**
 * What a run's sandbox does not have, and what it replaces. `Date`, `Math.random` and `setTimeout` answer the same when a
 * run is told again, and so may be used; `console`, `URL`, `TextEncoder` and `AbortController` are there.
 */
import { isBuiltin } from 'node:module';

/** Globals of Node that are missing in the sandbox, or would answer differently: what to do instead. */
export const NOT_REPLAYABLE: Readonly<Record<string, string>> = {
  fetch: 'read through a step: its answer is kept',
  WebSocket: 'read through a step: its answer is kept',
  process: 'take it from the input, or from a step',
  require: 'write an import',
  crypto: 'let a step make it',
  performance: 'use Date.now(), which is the run’s clock',
  setInterval: 'use check() or eventually()',
  setImmediate: 'use check() or eventually()',
  queueMicrotask: 'write await',
  structuredClone: 'use JSON.parse(JSON.stringify(value)), or a spread',
  Buffer: 'use TextEncoder and TextDecoder, or let a step do it',
  WeakRef: 'keep the value itself: when it would be collected, nobody can tell again',
  FinalizationRegistry: 'keep the value itself: when it would be collected, nobody can tell again',
};

/** Modules of Node that the sandbox brings along. */
const BROUGHT_ALONG = ['assert', 'url', 'util'];

/** A module of Node that the sandbox does not have. */
export const isMissingBuiltin = (specifier: string): boolean =>
  isBuiltin(specifier) && !BROUGHT_ALONG.includes(specifier.replace(/^node:/, '').split('/')[0]!);
