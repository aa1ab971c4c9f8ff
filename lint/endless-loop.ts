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
      const places = [...placesIn(loop.body, context)];
      const own = labelsOf(loop);
      const inner = places.flatMap(({ node }) => (node.type === 'LabeledStatement' ? node.label.name : []));
      const awaits = places.some(
        ({ node }) => node.type === 'AwaitExpression' && !isRunOfItsOwn(node.argument),
      );
      const ends = places.some(({ node, isOwn }) => {
        if (node.type === 'BreakStatement') return node.label ? !inner.includes(node.label.name) : isOwn;
        // The next turn of a loop further out is the end of this one.
        if (node.type === 'ContinueStatement')
          return node.label ? ![...inner, ...own].includes(node.label.name) : false;
        return node.type === 'ReturnStatement' || node.type === 'ThrowStatement';
      });
      if (awaits && !ends) context.report({ node: loop, messageId: 'endless' });
    };
    return { WhileStatement: look, DoWhileStatement: look, ForStatement: look };
  },
};

interface Place {
  readonly node: Node;
  /** Whether a `break` without a label ends the loop itself there, and not one within it. */
  readonly isOwn: boolean;
}

function* placesIn(node: Node, context: Rule.RuleContext, isOutside = true): Generator<Place> {
  const isOwn = isOutside && !/Loop|While|For|Switch/.test(node.type);
  yield { node, isOwn };
  for (const child of childrenOf(node, context)) yield* placesIn(child, context, isOwn);
}

/** A statement may have several. */
const labelsOf = ({ parent }: Rule.NodeParentExtension): string[] =>
  parent.type === 'LabeledStatement' ? [parent.label.name, ...labelsOf(parent)] : [];

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
