/** A plan that nobody is asked about, and a grant that nothing is done with, change nothing: that is rarely meant. */
import type { Rule, Scope } from 'eslint';
import type { CallExpression, Identifier, Node } from 'estree';

type Parented = Node & { readonly parent?: Parented };

/** What is made by which function, and which calls and which looks into it do not carry it on. */
const MADE = {
  propose: { messageId: 'notApproved', calls: [], looks: ['ok', 'kind', 'message'] },
  approve: { messageId: 'notCarriedOut', calls: ['putBack', 'leaveInPlace'], looks: [] },
} as const;

export const plansAreUsed: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'find plans that are never approved and grants that are never carried out' },
    messages: {
      notApproved: 'this plan is proposed and never approved: give it to approve(), or do not make it',
      notCarriedOut: 'this is granted and never carried out: give it to carryOut(), or do not ask',
    },
    schema: [],
  },
  create: (context) => ({
    CallExpression(node) {
      const made = importedName(node, context.sourceCode.getScope(node));
      if (made !== 'propose' && made !== 'approve') return;
      const { messageId, ...idle } = MADE[made];
      if (isThrownAway(node as Parented, context, idle)) context.report({ node, messageId });
    },
  }),
};

/** The name under which nightshift exports what is called here. */
function importedName({ callee }: CallExpression, scope: Scope.Scope): string | undefined {
  if (callee.type !== 'Identifier') return undefined;
  const [definition] = variableOf(callee, scope)?.defs ?? [];
  if (definition?.type !== 'ImportBinding' || definition.node.type !== 'ImportSpecifier') return undefined;
  const source = definition.parent.source.value;
  const { imported } = definition.node;
  return /^nightshift$|\/workflows\//.test(String(source)) && imported.type === 'Identifier'
    ? imported.name
    : undefined;
}

function variableOf({ name }: Identifier, scope: Scope.Scope): Scope.Variable | undefined {
  for (let at: Scope.Scope | null = scope; at; at = at.upper) {
    const found = at.set.get(name);
    if (found) return found;
  }
  return undefined;
}

/** Uses that do not count, by name. */
interface IdleUses {
  readonly calls: readonly string[];
  readonly looks: readonly string[];
}

function isThrownAway(call: Parented, context: Rule.RuleContext, idle: IdleUses): boolean {
  const value = call.parent?.type === 'AwaitExpression' ? call.parent : call;
  const { parent } = value;
  if (parent?.type === 'ExpressionStatement') return true;
  if (parent?.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier') return false;
  const [variable] = context.sourceCode.getDeclaredVariables(parent);
  const reads = (variable?.references ?? []).filter((reference) => reference.isRead());
  return reads.every(({ identifier }) => {
    const use = (identifier as Parented).parent;
    if (use?.type === 'MemberExpression')
      return use.property.type === 'Identifier' && idle.looks.includes(use.property.name);
    return (
      use?.type === 'CallExpression' &&
      use.callee.type === 'Identifier' &&
      idle.calls.includes(use.callee.name)
    );
  });
}
