export interface ConfigProblem {
  /** `gateway.port`, or `` for the configuration itself. */
  readonly field: string;
  readonly message: string;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(where: string, problems: readonly ConfigProblem[]) {
    const lines = problems.map((p) => `  ${p.field === '' ? '' : `${p.field}: `}${p.message}`);
    super(`${where} is not usable; nothing was started.\n${lines.join('\n')}`);
    this.problems = problems;
  }
}
