/** What is bundled for Temporal's sandbox: the catalogue handed to the engine. */
import catalogue from '../runbooks/index.ts';
import { runbookWorkflow } from '../workflows/run.ts';

export default runbookWorkflow(catalogue);
