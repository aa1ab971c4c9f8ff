import { z } from 'zod';

/**
 * What a change may do to others, mildest first: `notify` tells people, `diagnostic` adds something temporary,
 * `reversible` can be put back, `disruptive` interrupts something, `irreversible` cannot be undone.
 */
export const RISKS = ['notify', 'diagnostic', 'reversible', 'disruptive', 'irreversible'] as const;
export const Risk = z.enum(RISKS);
export type Risk = z.output<typeof Risk>;

/** The graver of two: a plan may raise the risk that the contract declares, never lower it. */
export function graver(a: Risk, b: Risk): Risk {
  return RISKS.indexOf(a) >= RISKS.indexOf(b) ? a : b;
}

/** True when `risk` is `floor` or graver. */
export function isAtLeast(risk: Risk, floor: Risk): boolean {
  return RISKS.indexOf(risk) >= RISKS.indexOf(floor);
}
