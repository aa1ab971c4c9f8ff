import { BEGIN_INTENT } from './begin-intent.ts';
import { BLOCKED } from './blocked.ts';
import { END_ATTEMPT } from './end-attempt.ts';

/** Functions of the hot path: one round trip each, one implicit transaction. In the order in which they need each other. */
export const FUNCTIONS = [BLOCKED, BEGIN_INTENT, END_ATTEMPT];
