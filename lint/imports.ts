/** A runbook is bundled for a sandbox with all that it imports: contracts and its own modules, not implementations. */
import type { Rule } from 'eslint';
import type { ImportDeclaration } from 'estree';
import { isBuiltin } from 'node:module';
import { dirname, resolve } from 'node:path';

export interface ImportsOptions {
  /** Packages of pure code beside nightshift and zod. */
  readonly packages?: readonly string[];
  /** Regular expressions on the whole path of further modules of this repository, with `/` between folders. */
  readonly modules?: readonly string[];
}

const PURE_PACKAGES = ['nightshift', 'zod'];
/** For tests, deployments and editors. */
const NOT_FOR_RUNBOOKS = /^nightshift\/(testing|config|eslint)(\/|$)/;
/** What runbooks share, and what says which steps there are. */
const OWN_MODULES = [/\/runbooks\//, /\/contract(\/[^/]+)?\.[cm]?[jt]s$/];

export const imports: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'let runbooks import nightshift, zod, each other and the contracts of steps' },
    messages: {
      package:
        '{{name}} is not for runbooks: they import nightshift, zod, each other and contracts of steps; do it in a step, or name a package of pure code in the option "packages" of this rule',
      module:
        '{{name}} is neither a module of the runbooks nor a contract: import the contract of the step, and leave its implementation to the worker',
    },
    schema: [
      {
        type: 'object',
        properties: {
          packages: { type: 'array', items: { type: 'string' } },
          modules: { type: 'array', items: { type: 'string' } },
        },
        additionalProperties: false,
      },
    ],
  },
  create(context) {
    const { packages = [], modules = [] } = (context.options[0] ?? {}) as ImportsOptions;
    const isPure = (name: string) =>
      [...PURE_PACKAGES, ...packages].some((pure) => name === pure || name.startsWith(`${pure}/`)) &&
      !NOT_FOR_RUNBOOKS.test(name);
    const own = [...OWN_MODULES, ...modules.map((pattern) => new RegExp(pattern))];
    return {
      ImportDeclaration(node: ImportDeclaration) {
        const name = node.source.value;
        // A module of Node is the matter of `replayable`; types are gone before the sandbox.
        if (typeof name !== 'string' || isBuiltin(name)) return;
        if ('importKind' in node && node.importKind === 'type') return;
        if (!name.startsWith('.')) {
          if (!isPure(name)) context.report({ node, messageId: 'package', data: { name } });
          return;
        }
        const path = resolve(dirname(context.filename), name).replaceAll('\\', '/');
        if (!own.some((pattern) => pattern.test(path)))
          context.report({ node, messageId: 'module', data: { name } });
      },
    };
  },
};
