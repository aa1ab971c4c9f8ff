/**
 * The workers of one file of tests. They stay up from scenario to scenario and do what the present one says: starting
 * them costs more than a whole run.
 */
import { Context } from '@temporalio/activity';
import type { Worker } from '@temporalio/worker';
import {
  StepFailure,
  type AnyContract,
  type ImplementedChange,
  type ImplementedRead,
  type ImplementedStep,
} from '../activities/kit/index.ts';
import { policyDecision, type People, type PolicyQuestion } from '../config/index.ts';
import { createWorkers, type WorkersOptions } from '../worker/create-workers.ts';
import { stepContracts } from '../worker/step-contracts.ts';
import type { Company } from './company.ts';
import { watchedLedger } from './crash/watched-ledger.ts';
import { ON_TEST_SERVER } from './time/skipped-time.ts';

type StaffOptions = Pick<
  WorkersOptions,
  'connection' | 'namespace' | 'deployment' | 'ledger' | 'gatewayKeys' | 'now'
> & { readonly workflowBundle: { readonly code: string } };

const CLUSTER = 'test-cluster';

export class Staff {
  readonly #options: StaffOptions;
  readonly #steps = new Map<string, ImplementedStep>();
  readonly #people: Record<string, People[string]> = {};
  #company: Company | undefined;
  #workers: readonly Worker[] = [];
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: StaffOptions) {
    this.#options = options;
  }

  /** Starts the workers, which know the steps that come with nightshift. */
  open(): Promise<void> {
    return this.#learn(stepContracts);
  }

  /** From now on the workers work for this scenario. */
  async workFor(company: Company): Promise<void> {
    this.#company = company;
    for (const name of Object.keys(this.#people)) delete this.#people[name];
    this.knows(company.people);
    const added = [...company.steps.values()].filter((step) => !this.#steps.has(step.contract.name));
    if (added.length) await this.#learn(added.map((step) => step.contract));
  }

  /** These may answer, too. */
  knows(people: People): void {
    Object.assign(this.#people, people);
  }

  async close(): Promise<void> {
    this.#company = undefined;
    await this.#stop();
  }

  /** A worker knows its steps when it starts, so that new steps bring new workers. */
  async #learn(contracts: readonly AnyContract[]): Promise<void> {
    await this.#stop();
    for (const contract of contracts) this.#steps.set(contract.name, this.#asScripted(contract));
    const options: StaffOptions & WorkersOptions = {
      ...this.#options,
      ledger: watchedLedger(this.#options.ledger, () => this.#present),
      steps: [...this.#steps.values()],
      cluster: CLUSTER,
      people: this.#people,
      policy: (question: PolicyQuestion) => policyDecision({ policy: this.#present.policy, ...question }),
      worker: 'test',
      shutdownGraceTime: '1s',
      inTest: {
        ...ON_TEST_SERVER,
        interceptors: { activity: [() => ({ inbound: { execute: this.#execute } })] },
      },
    };
    this.#workers = await createWorkers(options);
    this.#running = Promise.all(this.#workers.map((w) => w.run())).catch((error: unknown) =>
      this.#company?.failed(error),
    );
  }

  async #stop(): Promise<void> {
    for (const worker of this.#workers) worker.shutdown();
    await this.#running;
    this.#workers = [];
  }

  get #present(): Company {
    if (!this.#company) throw new Error('this scenario is over');
    return this.#company;
  }

  readonly #execute = async <Input>(
    input: Input,
    next: (input: Input) => Promise<unknown>,
  ): Promise<unknown> => {
    const company = this.#present;
    // What a run of an earlier scenario still had under way is nobody's any more.
    const run = Context.current().info.workflowExecution?.workflowId;
    if (!company.started(run)) throw new Error(`${run} belongs to a scenario that is over`);
    return company.works(() => next(input));
  };

  /** The step as the present scenario answers it. */
  #asScripted(contract: AnyContract): ImplementedStep {
    const { name } = contract;
    if (contract.effect === 'read') {
      return {
        contract,
        run: async (input, context) => (this.#scripted(name) as ImplementedRead).run(input, context),
      };
    }
    const change = () => (this.#scripted(name) as ImplementedChange).implementation;
    const implementation: ImplementedChange['implementation'] = {
      plan: (input, context) => change().plan(input, context),
      probe: (input, preconditions, context) => change().probe(input, preconditions, context),
      undo: (preimage, of) => change().undo?.(preimage, of),
      apply: async (input, preconditions, context) => {
        const company = this.#present;
        const applied = await change().apply(input, preconditions, context);
        if (applied.outcome === 'applied') company.didEffect(contract, input, context.operation);
        return applied;
      },
    };
    return { contract, implementation };
  }

  #scripted(name: string): ImplementedStep {
    const company = this.#present;
    const step = company.steps.get(name);
    if (step) return step;
    const error = new StepFailure('invalid', unanswered(name));
    company.failed(error);
    throw error;
  }
}

/** What a test is told of a step that it forgot. */
export const unanswered = (step: string): string =>
  `the runbook called ${step}, and this scenario does not say what it answers: stage.answer(${step}, …) or stage.change(${step}, …)`;
