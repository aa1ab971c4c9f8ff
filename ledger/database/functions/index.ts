import { BEGIN_INTENT } from './begin-intent.ts';
import { BLOCKED } from './blocked.ts';
import { END_ATTEMPT } from './end-attempt.ts';
import { LEFTOVER } from './leftover.ts';
import { RECORD_BY_HAND } from './record-by-hand.ts';

/** Functions of the hot path: one round trip each, one implicit transaction. In the order in which they need each other. */
export const FUNCTIONS = [BLOCKED, BEGIN_INTENT, LEFTOVER, END_ATTEMPT, RECORD_BY_HAND];
