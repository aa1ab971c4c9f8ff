/** A run is told again from its history, in a sandbox without I/O: no module of Node, and none of its globals that answer anew. */
import type { Rule, Scope } from 'eslint';
import type { Identifier, Node } from 'estree';
import { isMissingBuiltin, NOT_REPLAYABLE } from './sandbox.ts';

export const replayable: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: {
      description: 'forbid what a run’s sandbox does not have, or would answer differently when told again',
    },
    messages: {
      global:
        '{{name}} is not there in a run’s sandbox, or answers differently when the run is told again: {{remedy}}',
      module: '{{name}} is not there in a run’s sandbox: do it in a step, whose answer is kept',
    },
    schema: [],
  },
  create: (context) => ({
    ImportDeclaration(node) {
      const isTypeOnly = 'importKind' in node && node.importKind === 'type';
      if (typeof node.source.value === 'string' && isMissingBuiltin(node.source.value) && !isTypeOnly)
        context.report({ node, messageId: 'module', data: { name: node.source.value } });
    },
    'Program:exit'(program: Node) {
      for (const identifier of globalUses(context.sourceCode.getScope(program))) {
        const { name } = identifier;
        context.report({
          node: identifier,
          messageId: 'global',
          data: { name, remedy: NOT_REPLAYABLE[name] },
        });
      }
    },
  }),
};

/** Values of those names that no module declares; a type of the same name is none. */
function globalUses(scope: Scope.Scope): Identifier[] {
  let outermost = scope;
  while (outermost.upper) outermost = outermost.upper;
  const declaredNowhere = outermost.variables.filter((v) => v.defs.length === 0).flatMap((v) => v.references);
  return [...new Set([...outermost.through, ...declaredNowhere])]
    .filter((reference) => !('isValueReference' in reference) || reference.isValueReference)
    .map((reference) => reference.identifier as Identifier)
    .filter(({ name }) => Object.hasOwn(NOT_REPLAYABLE, name));
}
