import { z } from 'zod';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';

export interface DefinitionFinding {
  readonly runbook: string;
  readonly rule: 'same-id' | 'schema' | 'no-trigger';
  /** `hint`: it may well be meant so. */
  readonly severity: 'error' | 'hint';
  readonly message: string;
  readonly remedy: string;
}

/** What is wrong with runbooks as they are defined. */
export const checkDefinitions = (runbooks: readonly RunbookDefinition[]): DefinitionFinding[] =>
  runbooks.flatMap((runbook, i) => [
    ...(runbooks.findIndex((other) => other.id === runbook.id) < i ? [sameId(runbook)] : []),
    ...schemaOf(runbook),
    ...(runbook.triggers.length + runbook.schedules.length === 0 ? [noTrigger(runbook)] : []),
  ]);

const sameId = ({ id }: RunbookDefinition): DefinitionFinding => ({
  ...{ runbook: id, rule: 'same-id', severity: 'error' },
  message: `another runbook has the id "${id}"; only one of them would ever run`,
  remedy: 'give it an id of its own',
});

function schemaOf({ id, input }: RunbookDefinition): DefinitionFinding[] {
  try {
    z.toJSONSchema(input, { io: 'input', target: 'draft-7' });
    return [];
  } catch (error) {
    return [
      {
        ...{ runbook: id, rule: 'schema', severity: 'error' },
        message: `its input has no JSON Schema: ${(error as Error).message}`,
        remedy: 'use strings, numbers, booleans, lists and objects; a date as z.iso.datetime()',
      },
    ];
  }
}

const noTrigger = ({ id }: RunbookDefinition): DefinitionFinding => ({
  ...{ runbook: id, rule: 'no-trigger', severity: 'hint' },
  message: 'no alert and no time starts it: only people and other runs do',
  remedy: 'add onAlert() or onSchedule() to its triggers, if that is not meant',
});
