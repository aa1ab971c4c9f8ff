/** What is bundled for the workers of the bench: the real engine with the bench's catalogue. */
import { runbookWorkflow } from '../../workflows/run.ts';
import catalogue from './catalogue.ts';

export default runbookWorkflow(catalogue);
