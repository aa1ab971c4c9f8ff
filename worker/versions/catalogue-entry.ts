/** What is bundled for Temporal's sandbox when the runbooks are not those of this repository: see bundle-catalogue.ts. */
import runbooks from 'nightshift-catalogue';
import type { RunbookDefinition } from '../../workflows/define-runbook.ts';
import { runbookWorkflow } from '../../workflows/run.ts';

export default runbookWorkflow([runbooks as RunbookDefinition | RunbookDefinition[]].flat());
