/** What is bundled for Temporal's sandbox: the catalogue handed to the engine, and the reminder. */
import catalogue from '../runbooks/index.ts';
import { runbookWorkflow } from '../workflows/run.ts';

export { reminder } from '../workflows/reminder.ts';
export default runbookWorkflow(catalogue);
