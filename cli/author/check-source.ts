/**
 * What can be seen in the source of runbooks without running them, with the TypeScript of the author's own repository:
 * what does not compile or cannot be reached, what is called and not awaited, a change that is made and proposed nowhere,
 * and what a replay would not tell again.
 */
import type * as TypeScript from 'typescript';
import { isMissingBuiltin, NOT_REPLAYABLE } from '../../lint/sandbox.ts';
import { placeIn, type AuthorProgram } from './author-program.ts';

export interface SourceFinding {
  /** From the current folder. */
  readonly file: string;
  readonly line: number;
  readonly rule: 'types' | 'unreachable' | 'not-awaited' | 'never-proposed' | 'not-replayable';
  readonly message: string;
  readonly remedy: string;
}

const UNREACHABLE = 7027;

/** Looks at the catalogue and at every module beside or below it. */
export function checkSource({ ts, program, checker, sources }: AuthorProgram): SourceFinding[] {
  return sources.flatMap((source) => {
    const found: SourceFinding[] = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ].map((d) => ({
      ...placeIn(source, d.start ?? 0),
      rule: d.code === UNREACHABLE ? 'unreachable' : 'types',
      message: ts.flattenDiagnosticMessageText(d.messageText, ' '),
      remedy:
        d.code === UNREACHABLE
          ? 'remove it, or the return or throw before it'
          : 'make it compile; tsc says the same',
    }));
    const visit = (node: TypeScript.Node): void => {
      if (ts.isExpressionStatement(node)) {
        const thrownAway = discarded(ts, checker, node.expression);
        if (thrownAway) found.push({ ...placeIn(source, node.getStart(source)), ...thrownAway });
      }
      if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
        const { text } = node.moduleSpecifier;
        if (isMissingBuiltin(text) && !node.importClause?.isTypeOnly)
          found.push({
            ...placeIn(source, node.getStart(source)),
            rule: 'not-replayable',
            message: `${text} is not there in a run’s sandbox`,
            remedy: 'do it in a step, whose answer is kept',
          });
      }
      if (ts.isIdentifier(node) && isGlobal(checker, node)) {
        const name = node.text;
        found.push({
          ...placeIn(source, node.getStart(source)),
          rule: 'not-replayable',
          message: `${name} does not answer the same when the run is told again`,
          remedy: NOT_REPLAYABLE[name]!,
        });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

/** What a statement throws away that must not be. */
function discarded(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  expression: TypeScript.Expression,
): Pick<SourceFinding, 'rule' | 'message' | 'remedy'> | undefined {
  const type = checker.getTypeAtLocation(expression);
  // A primitive has none, whatever its type says.
  const symbol: TypeScript.Symbol | undefined = type.aliasSymbol ?? type.symbol;
  const name = symbol?.name;
  if (name === 'ProposedChange')
    return {
      rule: 'never-proposed',
      message: 'a change is made and proposed nowhere: it will not be carried out',
      remedy: 'put it into the list of propose()',
    };
  if (name !== 'Promise' || ts.isAwaitExpression(expression)) return undefined;
  if (ts.isVoidExpression(expression)) return undefined;
  return {
    rule: 'not-awaited',
    message: 'this is not awaited: the run goes on before it is done, and a failure of it is nobody’s',
    remedy: 'write await before it',
  };
}

/** A use of one of those names that the module has not declared itself. */
function isGlobal(checker: TypeScript.TypeChecker, node: TypeScript.Identifier): boolean {
  if (!Object.hasOwn(NOT_REPLAYABLE, node.text)) return false;
  const { parent } = node;
  // The name after a dot, or of a field, is not the global.
  if ('name' in parent && parent.name === node) return false;
  const declarations = checker.getSymbolAtLocation(node)?.declarations ?? [];
  return declarations.length > 0 && declarations.every((d) => d.getSourceFile().isDeclarationFile);
}
