import { Command, InvalidArgumentError, Option } from 'commander';
import { stringify } from 'yaml';
import { authorProgram } from '../author/author-program.ts';
import { loadCatalogue } from '../author/load-catalogue.ts';
import { contractOf } from '../author/proposed-steps.ts';
import { example, type Context } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliFailure } from '../failure.ts';
import { leastRoles, type Account } from '../rbac/least-roles.ts';
import { needsOf } from '../rbac/needs.ts';
import { stepsOfRunbooks } from '../rbac/steps-of-runbooks.ts';
import { cleanLine } from '../render/clean.ts';
import { printLines } from '../terminal/io.ts';

interface Options {
  readonly namespace: readonly string[];
  readonly object: readonly string[];
  readonly probeNamespace: string;
  readonly readAccount?: Account;
  readonly changeAccount?: Account;
  readonly optional?: true;
  readonly budgets?: true;
  readonly runbooks?: string;
  readonly output: 'yaml' | 'json';
}

const several = (value: string, before: readonly string[]) => [...before, value];

export const rbacCommand = ({ io }: Context): Command =>
  new Command('rbac')
    .description(
      'print the least roles for the Kubernetes accounts that runbooks need: one for what reads, one for what changes',
    )
    .argument('[runbook...]', 'for these together; all of the catalogue when left out')
    .option('-n, --namespace <name>', 'a namespace that they act in; more than once for several', several, [])
    .option('--object <resource>', 'a kind of object, like configmaps, for steps that take any', several, [])
    .option('--probe-namespace <name>', 'where probe pods live, as in the configuration', 'default')
    .option('--read-account <namespace/name>', 'bind the reading roles to this service account', account)
    .option('--change-account <namespace/name>', 'bind the changing roles to this one', account)
    .option('--optional', 'with the rights that steps go on without, too')
    .option('--budgets', 'with what disruption budgets look at, for a configuration that has any')
    .option('--runbooks <file>', 'the module that exports the runbooks; runbooks/index.ts when left out')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['yaml', 'json']).default('yaml'))
    .addHelpText(
      'after',
      example(
        'nightshift rbac bad-rollout -n payments',
        'nightshift rbac -n payments --change-account ops/nightshift-change | kubectl apply -f -',
      ),
    )
    .action(async (named: readonly string[], options: Options) => {
      const { file, runbooks } = await loadCatalogue(options.runbooks);
      const ids = runbooks.map((r) => r.id);
      const unknown = named.find((id) => !ids.includes(id));
      if (unknown !== undefined) {
        throw new CliFailure(EXIT.notFound, `there is no runbook "${unknown}"`, {
          next: `there are ${ids.join(', ')}`,
        });
      }
      const uses = stepsOfRunbooks(authorProgram(file), {
        ids: named.length > 0 ? named : ids,
        others: 'follow',
      });
      const declared = await Promise.all(uses.map(async (use) => [use.step, await contractOf(use)] as const));
      const contracts = new Map(
        declared.flatMap(([step, contract]) => (contract ? [[step, contract] as const] : [])),
      );
      const { needs, leftOut } = needsOf(uses, contracts, {
        probeNamespace: options.probeNamespace,
        optional: options.optional ?? false,
        budgets: options.budgets ?? false,
        objects: options.object,
      });
      const items = leastRoles(needs, {
        name: named.length === 1 ? `nightshift-${named[0]}` : 'nightshift',
        namespaces: options.namespace,
        accounts: { read: options.readAccount, change: options.changeAccount },
      });
      const notes = [...leftOut.map((text) => `left out: ${text}`), ...whereToBind(items)];
      if (options.output === 'json') {
        printLines(io, [JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 2)]);
        for (const note of notes) io.stderr.write(`${cleanLine(note)}\n`);
        return;
      }
      printLines(io, [
        ...notes.map((note) => cleanLine(`# ${note}`)),
        items.map((item) => stringify(item, { lineWidth: 0 }).trimEnd()).join('\n---\n'),
      ]);
    });

const whereToBind = (items: ReturnType<typeof leastRoles>): string[] =>
  items
    .filter(({ metadata }) => metadata.name.endsWith('-where-bound'))
    .map(
      ({ metadata: { name } }) =>
        `bind ${name} with a RoleBinding in each namespace that the runbook acts in, or name them with --namespace`,
    );

function account(text: string): Account {
  const [namespace, name, ...rest] = text.split('/');
  if (!namespace || !name || rest.length > 0)
    throw new InvalidArgumentError('write it like ops/nightshift-read');
  return { namespace, name };
}
