import { everyCrashOfHalf } from './every-crash.ts';

everyCrashOfHalf('first');
