/** Each turn of a loop around steps is written into the run's history, whose length Temporal limits. */
import type { Rule } from 'eslint';
import type { DoWhileStatement, ForStatement, Node, WhileStatement } from 'estree';

type Loop = DoWhileStatement | ForStatement | WhileStatement;

export const endlessLoop: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: 'find loops around steps that nothing ends' },
    messages: {
      endless:
        'nothing ends this loop, and a run’s history does: give each turn a run of its own with runRunbook(), many targets to rolling(), and what has no end to a schedule',
    },
    schema: [],
  },
  create(context) {
    const look = (loop: Loop & Rule.NodeParentExtension) => {
      if (!isAlwaysTrue(loop.test)) return;
      const label = loop.parent.type === 'LabeledStatement' ? loop.parent.label.name : undefined;
      const within = (
        node: Node,
        found: (node: Node, isOwnLoop: boolean) => boolean,
        isOwn = true,
      ): boolean =>
        found(node, isOwn) ||
        childrenOf(node, context).some((child) =>
          within(child, found, isOwn && !/Loop|While|For|Switch/.test(child.type)),
        );
      const awaits = within(
        loop.body,
        (node) => node.type === 'AwaitExpression' && !isRunOfItsOwn(node.argument),
      );
      const ends = within(
        loop.body,
        (node, isOwn) =>
          node.type === 'ReturnStatement' ||
          node.type === 'ThrowStatement' ||
          (node.type === 'BreakStatement' && (node.label ? node.label.name === label : isOwn)),
      );
      if (awaits && !ends) context.report({ node: loop, messageId: 'endless' });
    };
    return { WhileStatement: look, DoWhileStatement: look, ForStatement: look };
  },
};

const isAlwaysTrue = (test: Node | null | undefined): boolean =>
  !test || (test.type === 'Literal' && Boolean(test.value));

/** Its steps are in its own history; `docs/authoring.md` says how far a loop of such runs gets. */
const isRunOfItsOwn = (awaited: Node): boolean =>
  awaited.type === 'CallExpression' &&
  awaited.callee.type === 'Identifier' &&
  awaited.callee.name === 'runRunbook';

/** A function in the loop has its own returns and awaits. */
function childrenOf(node: Node, { sourceCode }: Rule.RuleContext): Node[] {
  const children = (sourceCode.visitorKeys[node.type] ?? []).flatMap(
    (key) => (node as unknown as Record<string, Node | (Node | null)[] | null | undefined>)[key] ?? [],
  );
  return children.filter((child): child is Node => child !== null && !child.type.includes('Function'));
}
