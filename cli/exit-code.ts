/** What the command's exit code says. Documented in `nightshift --help`; never renumbered. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  notFound: 4,
  unreachable: 5,
  runEndedOtherwise: 6,
  recordDoesNotVerify: 7,
  deployBreaksRuns: 8,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'failed',
  2: 'wrong usage: option, argument, input, configuration',
  3: 'refused: not entitled, plan changed, too late, frozen',
  4: 'not found',
  5: 'unreachable: gateway, Temporal or PostgreSQL',
  6: 'the run ended, but not as "completed"',
  7: 'the record does not verify',
  8: 'the deploy check found runs that would break',
  130: 'interrupted',
};

export const meaningOf = (code: ExitCode): string => MEANINGS[code];

export const exitCodesHelp = (): string =>
  [
    'Exit codes:',
    ...Object.entries(MEANINGS).map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`),
  ].join('\n');
