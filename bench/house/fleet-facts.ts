import type { People, PolicyRule } from '../../config/index.ts';

/** What a worker process is told in a file. */
export interface WorkerFacts {
  readonly databaseUrl: string;
  readonly deployment: string;
  readonly address: string;
  readonly namespace: string;
  /** PEM. */
  readonly gatewayKey: string;
  /** The URL of the server that the changes go to. */
  readonly outside: string;
}

export const PERSON = 'ana';
export const PEOPLE: People = { [PERSON]: { name: 'Ana', roles: ['oncall'] } };
export const POLICY: PolicyRule[] = [
  { rule: 'bench', when: { runbooks: ['cordon', 'write-many'] }, then: 'grant' },
];
